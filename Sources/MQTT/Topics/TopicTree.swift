/// A tree of topics: a node for each level, a value for each node.
///
/// Nodes are entries of one array and edges entries of one dictionary, so that a walk follows numbers and touches no
/// reference counts. A node exists as long as it has a value or children.
struct TopicTree<Value> {
    /// The number of a node; it stays the same for as long as the node exists.
    typealias Node = UInt32

    private struct Record {
        var parent: Node
        var level: LevelTable.Index
        var firstChild: Node = TopicTree.none
        var nextSibling: Node = TopicTree.none
        var previousSibling: Node = TopicTree.none
        var hasPlusChild = false
        var hasHashChild = false
        var value: Value?
    }

    /// Stands for "no node" in links.
    private static var none: Node { .max }
    /// The node above all first levels.
    static var root: Node { 0 }

    private var levels = LevelTable()
    private var records: [Record]
    private var freeNodes: [Node] = []
    /// The child of a node by the number of its level: parent in the upper half, level in the lower.
    private var edges: [UInt64: Node] = [:]

    init() {
        records = [Record(parent: Self.none, level: LevelTable.plus)]
    }

    /// How many nodes there are, the root not counted.
    var nodeCount: Int { records.count - freeNodes.count - 1 }

    /// The number above all nodes, those that were removed among them; they have no value.
    var capacity: Int { records.count }

    /// How many different levels there are, `+` and `#` among them.
    var levelCount: Int { levels.count }

    /// The value of a node; in place.
    subscript(node: Node) -> Value? {
        get { records[Int(node)].value }
        _modify { yield &records[Int(node)].value }
    }

    // MARK: Paths

    /// The node of `path`; made where it does not exist. It is to be given a value, or `removeIfUnused`.
    mutating func insert(_ path: Span<UInt8>) -> Node {
        var node = Self.root
        var start = 0
        repeat {
            let end = path.endOfTopicLevel(from: start)
            node = insertChild(of: node, path.extracting(start..<end))
            start = end + 1
        } while start <= path.count
        return node
    }

    private mutating func insertChild(of parent: Node, _ level: Span<UInt8>) -> Node {
        if let known = levels.find(level), let child = edges[Self.edge(parent, known)] { return child }
        let level = levels.insert(level)
        var record = Record(parent: parent, level: level)
        record.nextSibling = records[Int(parent)].firstChild
        let child: Node
        if let free = freeNodes.popLast() {
            child = free
            records[Int(child)] = record
        } else {
            child = Node(records.count)
            records.append(record)
        }
        if record.nextSibling != Self.none { records[Int(record.nextSibling)].previousSibling = child }
        records[Int(parent)].firstChild = child
        if level == LevelTable.plus { records[Int(parent)].hasPlusChild = true }
        if level == LevelTable.hash { records[Int(parent)].hasHashChild = true }
        edges[Self.edge(parent, level)] = child
        return child
    }

    /// The node of `path`, where it exists.
    func find(_ path: Span<UInt8>) -> Node? {
        var node = Self.root
        var start = 0
        repeat {
            let end = path.endOfTopicLevel(from: start)
            guard let level = levels.find(path.extracting(start..<end)), let child = edges[Self.edge(node, level)]
            else { return nil }
            node = child
            start = end + 1
        } while start <= path.count
        return node
    }

    /// The path of a node, put together from its levels.
    func path(of node: Node) -> [UInt8] {
        var ancestors: [Node] = []
        var node = node
        while node != Self.root {
            ancestors.append(node)
            node = records[Int(node)].parent
        }
        var path: [UInt8] = []
        for (position, ancestor) in ancestors.reversed().enumerated() {
            if position > 0 { path.append(TopicCharacter.separator) }
            path += levels.bytes(of: records[Int(ancestor)].level)
        }
        return path
    }

    /// Removes a node that has neither value nor children, and each node above it that has none either then.
    mutating func removeIfUnused(_ node: Node) {
        var node = node
        while node != Self.root, records[Int(node)].value == nil, records[Int(node)].firstChild == Self.none {
            let record = records[Int(node)]
            let parent = record.parent
            if record.previousSibling == Self.none {
                records[Int(parent)].firstChild = record.nextSibling
            } else {
                records[Int(record.previousSibling)].nextSibling = record.nextSibling
            }
            if record.nextSibling != Self.none {
                records[Int(record.nextSibling)].previousSibling = record.previousSibling
            }
            if record.level == LevelTable.plus { records[Int(parent)].hasPlusChild = false }
            if record.level == LevelTable.hash { records[Int(parent)].hasHashChild = false }
            edges[Self.edge(parent, record.level)] = nil
            levels.remove(record.level)
            freeNodes.append(node)
            node = parent
        }
    }

    private static func edge(_ parent: Node, _ level: LevelTable.Index) -> UInt64 {
        UInt64(parent) << 32 | UInt64(level)
    }

    // MARK: Matching

    /// What a walk needs besides the tree; kept between walks, so that they allocate nothing.
    struct Walk {
        /// The numbers of the topic's levels; `nil` for one that no node has.
        fileprivate var levels: [LevelTable.Index?] = []
        fileprivate var pending: [(node: Node, depth: Int)] = []
    }

    /// Calls `visit` for each node with a value whose path, a Topic Filter, matches the Topic Name `name`.
    func forEachFilter(
        matching name: Span<UInt8>,
        using walk: inout Walk,
        _ visit: (Node) -> Void
    ) {
        walk.levels.removeAll(keepingCapacity: true)
        var start = 0
        repeat {
            let end = name.endOfTopicLevel(from: start)
            walk.levels.append(levels.find(name.extracting(start..<end)))
            start = end + 1
        } while start <= name.count
        // Wildcards in the first level do not match topics that begin with `$` [MQTT-4.7.2-1].
        let isHidden = !name.isEmpty && name[0] == TopicCharacter.dollar

        walk.pending.append((Self.root, 0))
        while let (node, depth) = walk.pending.popLast() {
            let record = (
                hasPlus: records[Int(node)].hasPlusChild, hasHash: records[Int(node)].hasHashChild
            )
            let allowsWildcards = depth > 0 || !isHidden
            if record.hasHash, allowsWildcards, let child = edges[Self.edge(node, LevelTable.hash)] {
                visit(child)  // `#` stands for any number of levels, none included
            }
            guard depth < walk.levels.count else {
                if records[Int(node)].value != nil { visit(node) }
                continue
            }
            if record.hasPlus, allowsWildcards, let child = edges[Self.edge(node, LevelTable.plus)] {
                walk.pending.append((child, depth + 1))
            }
            if let level = walk.levels[depth], let child = edges[Self.edge(node, level)] {
                walk.pending.append((child, depth + 1))
            }
        }
    }

    /// Calls `visit` for each node with a value whose path, a Topic Name, matches the Topic Filter `filter`.
    func forEachName(matching filter: Span<UInt8>, _ visit: (Node) -> Void) {
        var pending: [(node: Node, start: Int)] = [(Self.root, 0)]
        while let (node, start) = pending.popLast() {
            guard start <= filter.count else {
                if records[Int(node)].value != nil { visit(node) }
                continue
            }
            let end = filter.endOfTopicLevel(from: start)
            let level = filter.extracting(start..<end)
            guard level.count == 1, level[0] == TopicCharacter.plus || level[0] == TopicCharacter.hash else {
                if let level = levels.find(level), let child = edges[Self.edge(node, level)] {
                    pending.append((child, end + 1))
                }
                continue
            }
            // After `#` nothing follows: what is below is visited with the same filter, and the node itself as well.
            let isHash = level[0] == TopicCharacter.hash
            if isHash, records[Int(node)].value != nil { visit(node) }
            var child = records[Int(node)].firstChild
            while child != Self.none {
                let isHidden = node == Self.root && levels.beginsWithDollar(records[Int(child)].level)
                if !isHidden { pending.append((child, isHash ? start : end + 1)) }
                child = records[Int(child)].nextSibling
            }
        }
    }
}
