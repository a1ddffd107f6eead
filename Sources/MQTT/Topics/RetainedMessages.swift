import NIOCore

/// The last retained message of each topic (section 3.3.1.3).
struct RetainedMessages {
    /// A message with what is kept beside it.
    struct Entry {
        let message: StoredMessage
        /// Who published it; `nil` where that does not matter.
        let source: RetainedSource?
        /// When it is not retained any longer; in the distant future where it always is.
        let deadline: NIODeadline

        func isExpired(now: NIODeadline) -> Bool { deadline <= now }
    }

    private var tree = TopicTree<Entry>()
    /// How many there are, those that have expired and were not swept up since among them.
    private(set) var count = 0
    /// How many of them expire at some time.
    private(set) var expiringCount = 0
    /// The size of all of them in bytes.
    private(set) var byteCount = 0

    /// Stores `message` in place of the one that its topic had [MQTT-3.3.1-5]; one without payload only removes it
    /// [MQTT-3.3.1-6], [MQTT-3.3.1-7].
    ///
    /// - Parameters:
    ///   - source: Who published it.
    ///   - expiry: When it is not retained any longer, beside its own expiry.
    mutating func store(_ message: StoredMessage, source: RetainedSource? = nil, expiry: NIODeadline? = nil) {
        guard !message.payload.isEmpty else {
            remove(message.topic)
            return
        }
        let node = tree.insert(message.topic)
        if let former = tree[node] {
            note(former, -1)
        }
        let deadline = min(message.expiry ?? .distantFuture, expiry ?? .distantFuture)
        let entry = Entry(message: message, source: source, deadline: deadline)
        note(entry, 1)
        tree[node] = entry
    }

    /// Counts an entry that has come or gone.
    private mutating func note(_ entry: Entry, _ change: Int) {
        count += change
        byteCount += change * entry.message.size
        if entry.deadline != .distantFuture { expiringCount += change }
    }

    mutating func remove(_ topic: Span<UInt8>) {
        guard let node = tree.find(topic) else { return }
        remove(node)
    }

    private mutating func remove(_ node: TopicTree<Entry>.Node) {
        guard let former = tree[node] else { return }
        note(former, -1)
        tree[node] = nil
        tree.removeIfUnused(node)
    }

    /// The message of a topic, where it has one.
    func message(of topic: Span<UInt8>) -> StoredMessage? {
        guard let node = tree.find(topic) else { return nil }
        return tree[node]?.message
    }

    /// The messages whose topics match `filter` and that have not expired at `now`; those that have are removed.
    ///
    /// - Parameter noteRemoved: Told of each that is removed.
    mutating func messages(
        matching filter: Span<UInt8>,
        now: NIODeadline,
        noteRemoved: (StoredMessage) -> Void = { _ in }
    ) -> [Entry] {
        var entries: [Entry] = []
        var expired: [StoredMessage] = []
        tree.forEachName(matching: filter) { node in
            guard let entry = tree[node] else { return }
            if entry.isExpired(now: now) { expired.append(entry.message) } else { entries.append(entry) }
        }
        for message in expired {
            remove(message.topic)
            noteRemoved(message)
        }
        return entries
    }

    /// Removes what has expired among so many nodes of the tree, from `start` on.
    ///
    /// - Parameter noteRemoved: Told of each that is removed.
    /// - Returns: Where to go on, or `nil` at the end of the tree.
    mutating func sweep(
        from start: UInt32,
        nodeCount: Int,
        now: NIODeadline,
        noteRemoved: (StoredMessage) -> Void = { _ in }
    ) -> UInt32? {
        let end = min(Int(start) + nodeCount, tree.capacity)
        for node in Int(start)..<max(Int(start), end) {
            guard let entry = tree[UInt32(node)], entry.isExpired(now: now) else { continue }
            remove(UInt32(node))
            noteRemoved(entry.message)
        }
        return end < tree.capacity ? UInt32(end) : nil
    }
}

/// Who published a retained message: what is needed to tell whether it still might.
///
/// A class, so that all messages of a Client share it. It belongs to the broker, on its event loop.
final class RetainedSource {
    let clientIdentifier: UTF8String
    let userName: UTF8String?
    /// The place of the listener, whose access control list decides.
    let listener: Int
    /// What the Client may do, by the list of the generation that is named beside it.
    private var profile: (generation: UInt32, access: AccessProfile?)?

    init(clientIdentifier: UTF8String, userName: UTF8String?, listener: Int) {
        self.clientIdentifier = clientIdentifier
        self.userName = userName
        self.listener = listener
    }

    /// What the Client may do by `list`, which is another one whenever `generation` is.
    func access(by list: AccessControlList?, generation: UInt32) -> AccessProfile? {
        if let profile, profile.generation == generation { return profile.access }
        let access = list?.profile(userName: userName, clientIdentifier: clientIdentifier)
        profile = (generation, access)
        return access
    }
}
