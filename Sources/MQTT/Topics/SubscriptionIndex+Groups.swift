/// Whose turn it is in groups of shared subscriptions (section 4.8.2).
extension SubscriptionIndex {
    /// How many members a group has that a message matched.
    func memberCount(of group: SubscriptionMatches.GroupPlace) -> Int {
        tree[group.node]?.groups[group.index].members.count ?? 0
    }

    /// The member that is `distance` turns away: 0 is the one whose turn it is. Below `memberCount`.
    func member(of group: SubscriptionMatches.GroupPlace, at distance: Int) -> Subscriber? {
        guard let group = tree[group.node]?.groups[group.index] else { return nil }
        return group.members[(group.turn + distance) % group.members.count]
    }

    /// The member that was `distance` turns away has been served: the turn passes to the one behind it.
    mutating func passTurn(in group: SubscriptionMatches.GroupPlace, by distance: Int) {
        guard let served = tree[group.node]?.groups[group.index] else { return }
        tree[group.node]?.groups[group.index].turn = (served.turn + distance + 1) % served.members.count
    }

    // MARK: Members at peers

    /// The group that a filter with a Share Name names, where there is one.
    func group(of filter: TopicFilter) -> SubscriptionMatches.GroupPlace? {
        guard let node = tree.find(filter.filter.bytes.span),
            let index = tree[node]?.groups.firstIndex(where: { $0.shareName == filter.shareName })
        else { return nil }
        return SubscriptionMatches.GroupPlace(node: node, index: index)
    }

    /// The filter of a group, as peers know it.
    func filter(of group: SubscriptionMatches.GroupPlace) -> TopicFilter? {
        guard let shareName = tree[group.node]?.groups[group.index].shareName else { return nil }
        return TopicFilter(shareName: shareName, filter: UTF8String(unchecked: tree.path(of: group.node)))
    }

    /// The members that peers have.
    func membersElsewhere(of group: SubscriptionMatches.GroupPlace) -> [PeerMembers] {
        tree[group.node]?.groups[group.index].elsewhere ?? []
    }

    /// The peer whose members have the next turn; `nil` where those of this broker have it. All members together take
    /// turns, those with a connection before the others.
    mutating func passTurnToPeer(in place: SubscriptionMatches.GroupPlace) -> Session? {
        guard let group = tree[place.node]?.groups[place.index], !group.elsewhere.isEmpty else { return nil }
        let countsPresent = group.presentCount > 0 || group.elsewhere.contains { $0.presentCount > 0 }
        let own = countsPresent ? group.presentCount : UInt32(group.members.count)
        let all = group.elsewhere.reduce(own) { $0 + $1.weight(countsPresent: countsPresent) }
        guard all > 0 else { return nil }
        var turn = group.round % all
        tree[place.node]?.groups[place.index].round = (turn + 1) % all
        guard turn >= own else { return nil }
        turn -= own
        for members in group.elsewhere {
            let weight = members.weight(countsPresent: countsPresent)
            if turn < weight { return members.peer }
            turn -= weight
        }
        return nil
    }
}
