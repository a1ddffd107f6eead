/// Which session is to get the messages of which topics: all subscriptions of a broker, found by Topic Name.
///
/// A tree of filters; each node lists its subscribers. For each session there is a table from node to place in that list,
/// so that subscribing, unsubscribing and the end of a session cost the same however many others subscribe to the filter.
///
/// Where several brokers are one to their Clients, the lowest numbers of sessions stand for peers: what a peer's sessions
/// subscribe to is in the index as well, once for each filter (see `SubscriptionIndex+Peers`).
struct SubscriptionIndex {
    /// The number of a session, given by whoever keeps the sessions.
    typealias Session = UInt32

    /// One subscription.
    struct Subscriber: Sendable {
        var session: Session
        /// The Subscription Identifier; 0 where there is none.
        var identifier: UInt32
        var options: SubscriptionOptions
    }

    /// The sessions that share one subscription under one Share Name (section 4.8.2).
    struct Group {
        let shareName: UTF8String
        var members: [Subscriber] = []
        /// The member whose turn is next.
        var turn = 0
        /// How many members peers have.
        var elsewhere: [PeerMembers] = []
        /// How many of `members` have a connection; only where there are peers.
        var presentCount: UInt32 = 0
        /// Whose turn it is among this broker's members and those of peers.
        var round: UInt32 = 0
    }

    /// What a node of the tree holds.
    struct Subscriptions {
        var subscribers: [Subscriber] = []
        var groups: [Group] = []

        var isEmpty: Bool { subscribers.isEmpty && groups.isEmpty }
    }

    typealias Tree = TopicTree<Subscriptions>

    /// Where the subscriptions of one session are.
    struct Places {
        /// The place in the list of subscribers, by node.
        var subscriptions: [Tree.Node: Int32] = [:]
        /// The Share Names under which the session subscribes, by node.
        var shared: [Tree.Node: [UTF8String]] = [:]
    }

    /// Whether a session gets a message once, however many of its filters match, or once for each.
    var mergesSubscriptions = true {
        didSet { if mergesSubscriptions != oldValue { generation += 1 } }
    }

    /// How many of the lowest numbers stand for peers and not for sessions.
    let peerCount: Session
    var tree = Tree()
    private(set) var places: [Places?] = []
    /// Which sessions have a connection, by their numbers; only where there are peers.
    var isPresent: [Bool] = []
    /// What has changed for peers and is to be told to them.
    var interestChanges: [Interest] = []

    /// - Parameter peerCount: How many of the lowest numbers stand for peers.
    init(peerCount: Session = 0) {
        self.peerCount = peerCount
    }

    /// How many subscriptions sessions of this broker have, shared ones among them.
    private(set) var count = 0
    /// How many of them are shared.
    private(set) var sharedCount = 0
    /// How many nodes and different levels the tree of filters has.
    var nodeCount: Int { tree.nodeCount }
    var levelCount: Int { tree.levelCount }
    /// Counts the changes; what was found before the last one is out of date.
    var generation: UInt64 = 0

    private var walk = Tree.Walk()
    private var matcher = SubscriptionMatcher()
    private var cache = SubscriptionCache()

    // MARK: Changes

    /// Adds a subscription, or replaces the options of the one that the session has with the same filter
    /// [MQTT-3.8.4-3].
    ///
    /// - Returns: Whether the session had no subscription with this filter.
    mutating func subscribe(_ subscriber: Subscriber, to filter: TopicFilter) -> Bool {
        generation += 1
        let session = Int(subscriber.session)
        while places.count <= session {
            places.append(nil)
        }
        let node = tree.insert(filter.filter.bytes.span)
        if tree[node] == nil { tree[node] = Subscriptions() }
        let isNew =
            if let shareName = filter.shareName {
                join(subscriber, node: node, shareName: shareName)
            } else {
                add(subscriber, node: node)
            }
        if isNew, subscriber.session >= peerCount {
            count += 1
            if peerCount > 0 { noteAdded(filter, node: node) }
        }
        return isNew
    }

    private mutating func add(_ subscriber: Subscriber, node: Tree.Node) -> Bool {
        let session = Int(subscriber.session)
        if let place = places[session]?.subscriptions[node] {
            tree[node]?.subscribers[Int(place)] = subscriber
            return false
        }
        places[session, default: Places()].subscriptions[node] = Int32(tree[node]?.subscribers.count ?? 0)
        tree[node]?.subscribers.append(subscriber)
        return true
    }

    private mutating func join(_ subscriber: Subscriber, node: Tree.Node, shareName: UTF8String) -> Bool {
        let groups = tree[node]?.groups ?? []
        guard let group = groups.firstIndex(where: { $0.shareName == shareName }) else {
            tree[node]?.groups.append(Group(shareName: shareName, members: [subscriber]))
            noteShared(subscriber.session, node: node, shareName: shareName)
            return true
        }
        if let member = groups[group].members.firstIndex(where: { $0.session == subscriber.session }) {
            tree[node]?.groups[group].members[member] = subscriber
            return false
        }
        tree[node]?.groups[group].members.append(subscriber)
        noteShared(subscriber.session, node: node, shareName: shareName)
        return true
    }

    private mutating func noteShared(_ session: Session, node: Tree.Node, shareName: UTF8String) {
        sharedCount += 1
        places[Int(session), default: Places()].shared[node, default: []].append(shareName)
    }

    /// Ends a subscription; `false` where the session has none with this filter [MQTT-3.10.4-1].
    mutating func unsubscribe(_ session: Session, from filter: TopicFilter) -> Bool {
        guard Int(session) < places.count, places[Int(session)] != nil,
            let node = tree.find(filter.filter.bytes.span)
        else { return false }
        let existed =
            if let shareName = filter.shareName {
                leave(session, node: node, shareName: shareName)
            } else {
                remove(session, node: node)
            }
        if existed { generation += 1 }
        return existed
    }

    /// Ends all subscriptions of a session.
    mutating func removeAll(of session: Session) {
        guard Int(session) < places.count, let all = places[Int(session)] else { return }
        generation += 1
        for node in all.subscriptions.keys {
            _ = remove(session, node: node)
        }
        for (node, shareNames) in all.shared {
            for shareName in shareNames {
                _ = leave(session, node: node, shareName: shareName)
            }
        }
        places[Int(session)] = nil
    }

    private mutating func remove(_ session: Session, node: Tree.Node) -> Bool {
        guard let place = places[Int(session)]?.subscriptions.removeValue(forKey: node) else { return false }
        if let last = tree[node]?.subscribers.popLast(), last.session != session {
            // The last one takes the place of the one that leaves.
            tree[node]?.subscribers[Int(place)] = last
            places[Int(last.session)]?.subscriptions[node] = place
        }
        if session >= peerCount {
            count -= 1
            if peerCount > 0 { noteRemoved(node: node) }
        }
        removeIfUnused(node)
        return true
    }

    private mutating func leave(_ session: Session, node: Tree.Node, shareName: UTF8String) -> Bool {
        guard let groups = tree[node]?.groups, let group = groups.firstIndex(where: { $0.shareName == shareName }),
            let member = groups[group].members.firstIndex(where: { $0.session == session })
        else { return false }
        tree[node]?.groups[group].members.remove(at: member)
        // Those behind the one that leaves move up; the turn stays with the member that has it.
        if member < groups[group].turn { tree[node]?.groups[group].turn -= 1 }
        if peerCount > 0 { noteLeft(session, node: node, group: group) }
        if groups[group].members.count == 1, groups[group].elsewhere.isEmpty { tree[node]?.groups.remove(at: group) }
        places[Int(session)]?.shared[node]?.removeAll { $0 == shareName }
        if places[Int(session)]?.shared[node]?.isEmpty == true { places[Int(session)]?.shared[node] = nil }
        count -= 1
        sharedCount -= 1
        removeIfUnused(node)
        return true
    }

    mutating func removeIfUnused(_ node: Tree.Node) {
        guard tree[node]?.isEmpty == true else { return }
        tree[node] = nil
        tree.removeIfUnused(node)
    }

    // MARK: Questions

    /// How many subscriptions a session has.
    func count(of session: Session) -> Int {
        guard Int(session) < places.count, let all = places[Int(session)] else { return 0 }
        return all.subscriptions.count + all.shared.values.reduce(0) { $0 + $1.count }
    }

    /// Whether a session has a subscription with this filter.
    func contains(_ filter: TopicFilter, of session: Session) -> Bool {
        guard Int(session) < places.count, let all = places[Int(session)],
            let node = tree.find(filter.filter.bytes.span)
        else { return false }
        guard let shareName = filter.shareName else { return all.subscriptions[node] != nil }
        return all.shared[node]?.contains(shareName) ?? false
    }

    /// The filters of a session's subscriptions, in no order; of shared ones as they were subscribed to.
    func filters(of session: Session) -> [(filter: UTF8String, subscriber: Subscriber)] {
        guard Int(session) < places.count, let all = places[Int(session)] else { return [] }
        var filters: [(filter: UTF8String, subscriber: Subscriber)] = []
        for (node, place) in all.subscriptions {
            guard let subscriber = tree[node]?.subscribers[Int(place)] else { continue }
            filters.append((UTF8String(unchecked: tree.path(of: node)), subscriber))
        }
        for (node, shareNames) in all.shared {
            for group in tree[node]?.groups ?? [] where shareNames.contains(group.shareName) {
                guard let member = group.members.first(where: { $0.session == session }) else { continue }
                let text = SharedSubscription.prefix + group.shareName.bytes + [TopicCharacter.separator]
                filters.append((UTF8String(unchecked: text + tree.path(of: node)), member))
            }
        }
        return filters
    }

    /// Who is to get a message with the Topic Name `name`: each session once, however many of its filters match, or once
    /// for each of them [MQTT-3.3.4-2].
    mutating func matches(of name: Span<UInt8>) -> SubscriptionMatches {
        if let known = cache.find(name, generation: generation) { return known }
        matcher.begin()
        collect(name, except: nil)
        let matches = matcher.finish()
        cache.remember(matches, of: name, generation: generation)
        return matches
    }

    /// The same for a message that `publisher` has published, whose subscriptions with No Local do not count
    /// [MQTT-3.8.3-3]. Only asked where some of its matching subscriptions have the option and others do not.
    mutating func matches(of name: Span<UInt8>, publishedBy publisher: Session) -> SubscriptionMatches {
        matcher.begin()
        collect(name, except: publisher)
        return matcher.finish()
    }

    private mutating func collect(_ name: Span<UInt8>, except publisher: Session?) {
        tree.forEachFilter(matching: name, using: &walk) { node in
            guard let subscriptions = tree[node] else { return }
            for subscriber in subscriptions.subscribers
            where !(subscriber.session == publisher && subscriber.options.noLocal) {
                // A peer gets a message once: it finds the subscriptions of its sessions itself.
                matcher.add(subscriber, merging: mergesSubscriptions || subscriber.session < peerCount)
            }
            for index in subscriptions.groups.indices {
                matcher.addGroup(node: node, index: index)
            }
        }
    }
}

extension Array {
    /// The element at `index` of an array of optionals, made where there is none.
    fileprivate subscript<Wrapped>(index: Int, default value: @autoclosure () -> Wrapped) -> Wrapped
    where Element == Wrapped? {
        get { self[index] ?? value() }
        _modify {
            var element = self[index].take() ?? value()
            defer { self[index] = element }
            yield &element
        }
    }
}
