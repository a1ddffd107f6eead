extension MQTTServer {
    /// The file in which everything that lasts is stored; `nil` where all is kept in memory.
    public var storePath: String? { store?.path }

    /// Moves what was stored last from the log beside the file into the file itself. Nothing depends on it.
    ///
    /// - Returns: What went wrong; `nil` where nothing did, or where there is no store.
    public func checkpoint() async -> StoreError? {
        guard let store else { return nil }
        return await withCheckedContinuation { continuation in
            store.checkpoint { continuation.resume(returning: $0) }
        }
    }

    /// Gives the files of the store to a user, before the process becomes that user.
    public func giveStore(toUser user: UInt32, group: UInt32) throws(ConfigurationError) {
        do throws(StoreError) {
            try store?.give(toUser: user, group: group)
        } catch {
            throw ConfigurationError(error.problem, file: error.path)
        }
    }
}

extension SQLiteStore {
    /// Writes all that is left, and lets go of the file.
    func close() async {
        await withCheckedContinuation { continuation in
            close { continuation.resume() }
        }
    }
}
