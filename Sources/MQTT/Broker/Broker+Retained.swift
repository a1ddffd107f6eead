import NIOCore

/// What the broker adds to retained messages: how many there may be, how long they are kept, and whether their
/// publishers still might publish them.
extension Broker {
    /// How often expired retained messages are looked for, and how many topics are looked at in one turn.
    static let sweepInterval = TimeAmount.seconds(60)
    private static let sweepPause = TimeAmount.milliseconds(10)
    private static let sweptTopicCount = 10_000

    /// Stores the message that its topic keeps from now on, and tells the peers.
    ///
    /// - Parameter publisher: The session that published it; `nil` where that has ended, or where it was the broker.
    /// - Returns: Whether the peers have been told, who pass the message on to their sessions as well.
    mutating func retain(
        _ message: StoredMessage,
        from publisher: SessionIndex?,
        now: NIODeadline,
        into effects: inout Effects
    ) -> Bool {
        // What the broker tells of itself takes no place of what Clients retain.
        let countOfClients = retained.count - systemTopics.values.count - foreignSystemTopicCount
        guard
            countOfClients < limits.retainedMessages || message.payload.isEmpty
                || retained.message(of: message.topic) != nil
        else {
            if !isRetainedFullNoted { effects.events.append(.retainedMessagesFull) }
            isRetainedFullNoted = true
            return false
        }
        isRetainedFullNoted = false
        let origin = publisher.flatMap { source(of: $0) }
        keepRetained(message, source: origin, now: now, into: &effects)
        guard peerCount > 0 else { return false }
        let change = RetainedChange(
            message: message,
            stamp: retainedOrder.stamp(UTF8String(unchecked: [UInt8](copying: message.topic))),
            source: origin.map {
                RetainedChange.Source(
                    clientIdentifier: $0.clientIdentifier,
                    userName: $0.userName,
                    listener: $0.listener
                )
            }
        )
        postToAll(.retained(change), into: &effects)
        return true
    }

    /// Stores the message that its topic keeps from now on.
    mutating func keepRetained(
        _ message: StoredMessage,
        source: RetainedSource?,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        let expiry = configuration.retainExpiryInterval.map { now + .seconds(Int64($0)) }
        // What the broker tells of itself is kept up to date and does not grow old.
        let isOwn = message.topic.starts(with: Self.systemPrefix.span)
        let countBefore = retained.count
        retained.store(message, source: source, expiry: isOwn ? nil : expiry)
        // Those of this broker itself are counted where they are made.
        if isOwn, peerCount > 0, systemTopics.values.isEmpty { foreignSystemTopicCount += retained.count - countBefore }
        if isDurable, !isOwn { storeRetained(message, source, expiry: expiry, into: &effects) }
        if retained.expiringCount > 0, nextSweep == nil { scheduleSweep(at: now + Self.sweepInterval) }
    }

    static let systemPrefix = Array("$SYS/".utf8)

    private mutating func source(of session: SessionIndex) -> RetainedSource? {
        guard configuration.checksRetainSource, sessions[session].access != nil else { return nil }
        if let source = sessions[session].retainedSource { return source }
        let source = RetainedSource(
            clientIdentifier: sessions[session].clientIdentifier,
            userName: sessions[session].userName,
            listener: sessions[session].listener
        )
        sessions[session].retainedSource = source
        return source
    }

    /// Whether the Client that published a retained message might publish it today.
    func mayStillPublish(_ entry: RetainedMessages.Entry) -> Bool {
        guard let source = entry.source, configuration.checksRetainSource,
            source.listener < configuration.listeners.count
        else { return true }
        let list = configuration.listeners[source.listener].access.accessControlList
        guard let access = source.access(by: list, generation: accessGeneration) else { return true }
        return access.decision(.publish, entry.message.topic) == .allowed
    }

    // MARK: Sweeping

    mutating func scheduleSweep(at deadline: NIODeadline) {
        var scheduled: NIODeadline?
        deadlines.schedule(.retainedMessages, at: deadline, scheduled: &scheduled)
        nextSweep = deadline
    }

    /// Looks for expired messages among some of the topics, and goes on with the others later.
    mutating func sweepRetained(now: NIODeadline, into effects: inout Effects) {
        var removed: [StoredMessage] = []
        let next = retained.sweep(from: sweepPosition, nodeCount: Self.sweptTopicCount, now: now) {
            removed.append($0)
        }
        storeRemoval(of: removed, into: &effects)
        sweepPosition = next ?? 0
        nextSweep = nil
        if next != nil {
            scheduleSweep(at: now + Self.sweepPause)
        } else if retained.expiringCount > 0 {
            scheduleSweep(at: now + Self.sweepInterval)
        }
    }
}
