import MQTT
import NIOCore

/// All topics that a shell has seen, as a tree of their levels, with how often and with what they were used.
///
/// It is bounded: when it is full, what it knows is kept up to date, and new topics are counted and otherwise passed over.
struct TopicBook: Sendable {
    /// What it may hold.
    struct Limits: Sendable {
        /// How many levels of topics there may be in the tree.
        var nodeCount = 400_000
        /// How many bytes names and values may take, with what goes with each.
        var byteCount = 64 << 20
        /// The most levels that a topic may have.
        var depth = 64
        /// How many bytes of each last value are kept.
        var valueByteCount = 128
    }

    /// One level of a topic.
    struct Node: Sendable {
        let name: String
        let parent: Int
        var children: [String: Int] = [:]
        /// Whether the path to here is a topic, not only the beginning of some.
        var isTopic = false
        var isRetained = false
        /// How many messages came or went.
        var messageCount = 0
        /// How many topics there are here and below.
        var topicCount = 0
        /// The beginning of the last payload.
        var value: [UInt8] = []
        /// The size of the whole of it.
        var valueByteCount = 0
    }

    let limits: Limits
    private(set) var nodes = [Node(name: "", parent: -1)]
    /// How many topics were seen, once the book was full, and not entered; a topic counts each time.
    private(set) var droppedCount = 0
    private(set) var byteCount = 0

    /// What a node takes beside its name and value, about.
    private static let nodeOverhead = 200

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// How many topics it knows.
    var topicCount: Int { nodes[0].topicCount }

    // MARK: Entering

    /// A message came.
    mutating func received(_ message: ReceivedMessage) {
        enter(message.topic, payload: message.payload.readableBytesView, isRetained: message.retain)
    }

    /// The broker has retained a message, which is no news.
    mutating func learn(_ message: ReceivedMessage) {
        enter(message.topic, payload: message.payload.readableBytesView, isRetained: true, isNew: false)
    }

    /// A message came or went.
    mutating func enter(_ topic: String, payload: some Collection<UInt8>, isRetained: Bool, isNew: Bool = true) {
        guard let node = node(for: topic) else { return }
        if isNew { nodes[node].messageCount += 1 }
        if isRetained { nodes[node].isRetained = !payload.isEmpty }
        let value = Array(payload.prefix(limits.valueByteCount))
        byteCount += value.count - nodes[node].value.count
        nodes[node].value = value
        nodes[node].valueByteCount = payload.count
    }

    /// A topic was written by the user.
    mutating func mention(_ topic: String) {
        guard !topic.isEmpty, !topic.contains("+"), !topic.contains("#") else { return }
        _ = node(for: topic)
    }

    /// The node of a topic, entered if there is room.
    private mutating func node(for topic: String) -> Int? {
        var current = 0
        var depth = 0
        for name in topic.levels {
            depth += 1
            guard depth <= limits.depth else {
                droppedCount += 1
                return nil
            }
            if let child = nodes[current].children[name] {
                current = child
                continue
            }
            guard nodes.count < limits.nodeCount, byteCount < limits.byteCount else {
                droppedCount += 1
                return nil
            }
            nodes.append(Node(name: name, parent: current))
            nodes[current].children[name] = nodes.count - 1
            current = nodes.count - 1
            byteCount += name.utf8.count + Self.nodeOverhead
        }
        if !nodes[current].isTopic {
            nodes[current].isTopic = true
            var ancestor = current
            while ancestor >= 0 {
                nodes[ancestor].topicCount += 1
                ancestor = nodes[ancestor].parent
            }
        }
        return current
    }

    // MARK: Looking up

    /// The node of a topic, or of the beginning of one.
    func find(_ topic: String) -> Node? {
        index(of: topic.levels).map { nodes[$0] }
    }

    private func index(of levels: some Sequence<String>) -> Int? {
        var current = 0
        for level in levels {
            guard let child = nodes[current].children[level] else { return nil }
            current = child
        }
        return current
    }

    /// What the last level of a topic can become.
    struct Continuations: Sendable {
        /// A level that is there.
        struct Level: Sendable, Hashable {
            /// The whole topic up to it; with a slash at the end where there are levels below.
            var topic: String
            /// How many messages it had; with a slash at the end how many topics are below.
            var count: Int
        }

        /// The first of them, in the order of their names.
        var levels: [Level]
        /// How many there are.
        var count: Int
        /// What all of them begin with.
        var common: String
    }

    /// What stands behind the last slash of `beginning` completed, from the topics that are known.
    ///
    /// - Parameter limit: How many levels are named; all are counted.
    func continuations(of beginning: String, limit: Int) -> Continuations {
        var levels = beginning.levels
        let prefix = levels.popLast() ?? ""
        guard let parent = index(of: levels) else { return Continuations(levels: [], count: 0, common: "") }
        let path = levels.map { $0 + "/" }.joined()
        var names = FirstNames(limit: limit)
        for (name, child) in nodes[parent].children where name.utf8.starts(with: prefix.utf8) && name.isPrintable {
            // The node is not copied for it: there may be very many.
            if nodes[child].isTopic { names.add(name) }
            if !nodes[child].children.isEmpty { names.add(name + "/") }
        }
        let found = names.sorted.map { name in
            let isInner = name.last == "/"
            let node = nodes[nodes[parent].children[isInner ? String(name.dropLast()) : name] ?? parent]
            let below = node.topicCount - (node.isTopic ? 1 : 0)
            return Continuations.Level(topic: path + name, count: isInner ? below : node.messageCount)
        }
        return Continuations(levels: found, count: names.count, common: path + names.common)
    }

    /// The topics that a filter matches, in the order of their names level by level.
    ///
    /// - Parameter limit: How many are returned.
    func topics(matching filter: TopicMatcher?, limit: Int) -> [(topic: String, node: Node)] {
        var found: [(topic: String, node: Node)] = []
        // The tree is no deeper than its limit.
        func visit(_ index: Int, _ path: String) {
            guard found.count < limit else { return }
            let node = nodes[index]
            if node.isTopic, filter?.matches(path) ?? true { found.append((path, node)) }
            for name in node.children.keys.sorted() {
                guard let child = node.children[name] else { continue }
                visit(child, index == 0 ? name : "\(path)/\(name)")
            }
        }
        visit(0, "")
        return found
    }
}

/// The first of many names in their order, and what all of them begin with, found in one pass.
private struct FirstNames {
    let limit: Int
    private(set) var count = 0
    private(set) var common = ""
    private var names: [String] = []
    /// The largest of enough names; `nil` while there are fewer.
    private var largest: String?

    init(limit: Int) {
        self.limit = limit
    }

    mutating func add(_ name: String) {
        count += 1
        if count == 1 {
            common = name
        } else if !name.utf8.starts(with: common.utf8) {
            common = common.commonStart(with: name)
        }
        // What is larger than enough others is not among the first.
        if let largest, name >= largest { return }
        names.append(name)
        if names.count >= 2 * limit { trim() }
    }

    private mutating func trim() {
        names.sort()
        names.removeSubrange(limit...)
        largest = names.last
    }

    var sorted: [String] { Array(names.sorted().prefix(limit)) }
}

extension String {
    /// The levels of a topic. A slash parts them also where a combining character follows it.
    var levels: [String] {
        utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { String(Substring($0)) }
    }
}
