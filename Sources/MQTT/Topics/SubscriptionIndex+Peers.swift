/// How much the sessions of a broker want of what matches a filter, as its peers are told.
struct Interest: Sendable, Equatable {
    let filter: TopicFilter
    /// How many sessions subscribe to it. Of a filter that is not shared, 1 stands for any number of them.
    let sessionCount: UInt32
    /// How many of a group's members have a connection; 0 of a filter that is not shared.
    let presentCount: UInt32
}

/// How many members of a group a peer has.
struct PeerMembers: Sendable, Equatable {
    let peer: SubscriptionIndex.Session
    let memberCount: UInt32
    /// How many of them have a connection.
    let presentCount: UInt32

    /// What counts in the choice of who gets a message.
    func weight(countsPresent: Bool) -> UInt32 { countsPresent ? presentCount : memberCount }
}

/// What other brokers have to do with the subscriptions of this one: what they want is in the index, and what they have
/// to know of its sessions is collected in `interestChanges`.
extension SubscriptionIndex {
    // MARK: What peers want

    /// Takes note of what the sessions of a peer want.
    mutating func setInterest(_ interest: Interest, of peer: Session) {
        guard interest.filter.shareName == nil else { return setMembers(interest, of: peer) }
        guard interest.sessionCount > 0 else {
            _ = unsubscribe(peer, from: interest.filter)
            return
        }
        // The peer reduces the QoS, and takes the RETAIN flag off, for each of its sessions.
        var options = SubscriptionOptions(maximumQoS: .exactlyOnce)
        options.retainAsPublished = true
        _ = subscribe(Subscriber(session: peer, identifier: 0, options: options), to: interest.filter)
    }

    private mutating func setMembers(_ interest: Interest, of peer: Session) {
        guard let shareName = interest.filter.shareName else { return }
        let node = tree.insert(interest.filter.filter.bytes.span)
        if tree[node] == nil { tree[node] = Subscriptions() }
        let known = tree[node]?.groups.firstIndex { $0.shareName == shareName }
        if known == nil {
            tree[node]?.groups.append(Group(shareName: shareName))
            generation += 1
        }
        let index = known ?? (tree[node]?.groups.count ?? 1) - 1
        tree[node]?.groups[index].elsewhere.removeAll { $0.peer == peer }
        if interest.sessionCount > 0 {
            tree[node]?.groups[index].elsewhere.append(
                PeerMembers(peer: peer, memberCount: interest.sessionCount, presentCount: interest.presentCount)
            )
        }
        if let group = tree[node]?.groups[index], group.members.isEmpty, group.elsewhere.isEmpty {
            tree[node]?.groups.remove(at: index)
            generation += 1
        }
        removeIfUnused(node)
    }

    // MARK: What peers are to be told

    /// Takes what has changed since it was last taken, in its order.
    mutating func takeInterestChanges() -> [Interest] {
        defer { interestChanges = [] }
        return interestChanges
    }

    /// Takes note that the Client of a session has come or gone: those who are there get a group's messages first.
    mutating func setPresent(_ isPresent: Bool, _ session: Session) {
        guard peerCount > 0 else { return }
        while self.isPresent.count <= Int(session) {
            self.isPresent.append(false)
        }
        guard self.isPresent[Int(session)] != isPresent else { return }
        self.isPresent[Int(session)] = isPresent
        guard Int(session) < places.count, let shared = places[Int(session)]?.shared else { return }
        for (node, shareNames) in shared {
            for index in tree[node]?.groups.indices ?? 0..<0 {
                guard let group = tree[node]?.groups[index], shareNames.contains(group.shareName) else { continue }
                tree[node]?.groups[index].presentCount = isPresent ? group.presentCount + 1 : group.presentCount - 1
                noteMembers(node: node, group: index)
            }
        }
    }

    private func hasConnection(_ session: Session) -> Bool {
        Int(session) < isPresent.count && isPresent[Int(session)]
    }

    /// A session of this broker has a subscription that it had not.
    mutating func noteAdded(_ filter: TopicFilter, node: Tree.Node) {
        guard let shareName = filter.shareName else {
            if ownSubscriberCount(node) == 1 {
                interestChanges.append(Interest(filter: filter, sessionCount: 1, presentCount: 0))
            }
            return
        }
        guard let group = tree[node]?.groups.firstIndex(where: { $0.shareName == shareName }) else { return }
        if let member = tree[node]?.groups[group].members.last, hasConnection(member.session) {
            tree[node]?.groups[group].presentCount += 1
        }
        noteMembers(node: node, group: group)
    }

    /// A session of this broker has lost a subscription that is not shared.
    mutating func noteRemoved(node: Tree.Node) {
        guard ownSubscriberCount(node) == 0 else { return }
        let filter = TopicFilter(shareName: nil, filter: UTF8String(unchecked: tree.path(of: node)))
        interestChanges.append(Interest(filter: filter, sessionCount: 0, presentCount: 0))
    }

    /// A session of this broker has left a group.
    mutating func noteLeft(_ session: Session, node: Tree.Node, group: Int) {
        if hasConnection(session) { tree[node]?.groups[group].presentCount -= 1 }
        noteMembers(node: node, group: group)
    }

    private mutating func noteMembers(node: Tree.Node, group: Int) {
        guard let group = tree[node]?.groups[group] else { return }
        let filter = TopicFilter(shareName: group.shareName, filter: UTF8String(unchecked: tree.path(of: node)))
        interestChanges.append(
            Interest(
                filter: filter,
                sessionCount: UInt32(group.members.count),
                presentCount: group.presentCount
            )
        )
    }

    /// How many sessions of this broker subscribe to a node's filter; where there are many, only that there are.
    private func ownSubscriberCount(_ node: Tree.Node) -> Int {
        guard let subscribers = tree[node]?.subscribers else { return 0 }
        let peerCount = Int(peerCount)
        guard subscribers.count <= peerCount + 1 else { return subscribers.count - peerCount }
        return subscribers.count { Int($0.session) >= peerCount }
    }
}
