import Testing

@testable import MQTT
@testable import Support

@Suite("The tree of topics")
struct TopicTreeTests {
    @Test("paths, values and removal, against a dictionary", arguments: 0..<4)
    func againstDictionary(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var tree = TopicTree<Int>()
        var values: [String: Int] = [:]
        for step in 0..<4_000 {
            let path = (0..<random.pick(1...4)).map { _ in random.pick(["a", "b", "", "c/d", "+", "#"]) }
                .joined(separator: "/")
            let bytes = UTF8String.text(path).bytes
            if random.oneIn(2) {
                let node = tree.insert(bytes.span)
                tree[node] = step
                values[path] = step
                #expect(tree.path(of: node) == bytes)
            } else {
                let node = tree.find(bytes.span)
                #expect(node.flatMap { tree[$0] } == values[path])
                if let node {
                    tree[node] = nil
                    tree.removeIfUnused(node)
                }
                values[path] = nil
            }
        }
        for path in values.keys {
            guard let node = tree.find(UTF8String.text(path).bytes.span) else { continue }
            tree[node] = nil
            tree.removeIfUnused(node)
        }
        #expect(tree.nodeCount == 0)
    }

    @Test("a node stays while there is something below it")
    func parents() {
        var tree = TopicTree<Int>()
        let child = tree.insert(UTF8String.text("a/b").bytes.span)
        tree[child] = 1
        let parent = tree.insert(UTF8String.text("a").bytes.span)
        tree[parent] = 2
        tree[parent] = nil
        tree.removeIfUnused(parent)
        #expect(tree.find(UTF8String.text("a").bytes.span) == parent)
        tree[child] = nil
        tree.removeIfUnused(child)
        #expect(tree.find(UTF8String.text("a").bytes.span) == nil)
        #expect(tree.nodeCount == 0)
    }

    @Test("a filter finds each name that it matches once, whatever else is there", arguments: 0..<6)
    func names(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var tree = TopicTree<String>()
        var names: Set<String> = []
        for _ in 0..<200 {
            let name = (0..<random.pick(1...4)).map { _ in random.pick(["a", "b", "", "$c"]) }.joined(separator: "/")
            guard !name.isEmpty else { continue }
            let node = tree.insert(UTF8String.text(name).bytes.span)
            tree[node] = name
            names.insert(name)
        }
        for _ in 0..<300 {
            var levels = (0..<random.pick(1...4)).map { _ in random.pick(["a", "b", "", "+", "$c"]) }
            if random.oneIn(2) { levels.append("#") }
            let filter = levels.joined(separator: "/")
            guard !filter.isEmpty else { continue }
            let bytes = UTF8String.text(filter).bytes
            var found: [String] = []
            tree.forEachName(matching: bytes.span) { node in
                if let name = tree[node] { found.append(name) }
            }
            let expected = names.filter { topicMatches(name: UTF8String.text($0).bytes.span, filter: bytes.span) }
            #expect(Set(found) == expected, "\(filter)")
            #expect(found.count == expected.count, "\(filter)")
        }
    }
}
