import NIOCore

/// The last retained message of each topic (section 3.3.1.3).
struct RetainedMessages {
    private var tree = TopicTree<StoredMessage>()
    /// How many there are, those that have expired and were not asked for since among them.
    private(set) var count = 0
    /// The size of all of them in bytes.
    private(set) var byteCount = 0

    /// Stores `message` in place of the one that its topic had [MQTT-3.3.1-5]; one without payload only removes it
    /// [MQTT-3.3.1-6], [MQTT-3.3.1-7].
    mutating func store(_ message: StoredMessage) {
        guard !message.payload.isEmpty else {
            remove(message.topic)
            return
        }
        let node = tree.insert(message.topic)
        if let former = tree[node] {
            byteCount -= former.size
        } else {
            count += 1
        }
        byteCount += message.size
        tree[node] = message
    }

    mutating func remove(_ topic: Span<UInt8>) {
        guard let node = tree.find(topic), let former = tree[node] else { return }
        count -= 1
        byteCount -= former.size
        tree[node] = nil
        tree.removeIfUnused(node)
    }

    /// The message of a topic, where it has one.
    func message(of topic: Span<UInt8>) -> StoredMessage? {
        guard let node = tree.find(topic) else { return nil }
        return tree[node]
    }

    /// The messages whose topics match `filter` and that have not expired at `now`; those that have are removed.
    mutating func messages(matching filter: Span<UInt8>, now: NIODeadline) -> [StoredMessage] {
        var messages: [StoredMessage] = []
        var expired: [StoredMessage] = []
        tree.forEachName(matching: filter) { node in
            guard let message = tree[node] else { return }
            if message.isExpired(now: now) { expired.append(message) } else { messages.append(message) }
        }
        for message in expired {
            remove(message.topic)
        }
        return messages
    }
}
