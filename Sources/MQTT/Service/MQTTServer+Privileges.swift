extension MQTTServer {
    /// Gives the files of Unix domain sockets to a user, before the process becomes that user, who then can remove them.
    ///
    /// - Parameters:
    ///   - user: The number of the user.
    ///   - group: The number of the group.
    /// - Throws: ``ConfigurationError`` with the listener of the first one that cannot be given away.
    public func giveSocketFiles(toUser user: UInt32, group: UInt32) throws(ConfigurationError) {
        for listener in listeners {
            do throws(ListenerError) {
                try listener.socketFile?.give(toUser: user, group: group)
            } catch {
                throw ConfigurationError(
                    error.description,
                    file: listener.settings.file,
                    line: listener.settings.line
                )
            }
        }
    }
}
