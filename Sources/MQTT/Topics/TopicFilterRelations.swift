/// How two Topic Filters stand to each other. Both are valid and not those of Shared Subscriptions.

/// Whether some Topic Name matches both filters.
func topicFiltersOverlap(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    var leftLevels = TopicLevels(left)
    var rightLevels = TopicLevels(right)
    var isFirst = true
    while true {
        let leftLevel = leftLevels.next()
        let rightLevel = rightLevels.next()
        switch (leftLevel, rightLevel) {
        case (.end, .end): return true
        // What `#` ends matches its parent as well as all below it [MQTT-4.7.1-2].
        case (.hash, .end), (.end, .hash): return true
        case (.hash, let other), (let other, .hash):
            return !(isFirst && other.isDollar)
        case (.end, _), (_, .end): return false
        case (.plus, let other), (let other, .plus):
            // A wildcard in the first level does not match a topic that begins with `$` [MQTT-4.7.2-1].
            if isFirst && other.isDollar { return false }
        case (.name(let leftRange, _), .name(let rightRange, _)):
            guard left.extracting(leftRange).hasSameBytes(as: right.extracting(rightRange)) else { return false }
        }
        isFirst = false
    }
}

/// Whether `filter` matches every Topic Name that `other` matches.
func topicFilter(_ filter: Span<UInt8>, covers other: Span<UInt8>) -> Bool {
    var levels = TopicLevels(filter)
    var otherLevels = TopicLevels(other)
    var isFirst = true
    while true {
        let level = levels.next()
        let otherLevel = otherLevels.next()
        switch (level, otherLevel) {
        case (.end, .end): return true
        case (.hash, let covered): return !(isFirst && covered.isDollar)
        // `#` alone matches what `+/#` does: no topic is without a first level.
        case (.plus, .hash): return isFirst && levels.next() == .hash
        case (.plus, .plus): break
        case (.plus, .name(_, let isDollar)): if isFirst && isDollar { return false }
        case (.name(let range, _), .name(let otherRange, _)):
            guard filter.extracting(range).hasSameBytes(as: other.extracting(otherRange)) else { return false }
        case (.name, .plus), (.name, .hash), (.end, _), (_, .end): return false
        }
        isFirst = false
    }
}

/// One level of a Topic Filter.
private enum TopicLevel: Equatable {
    /// The range of a name in the filter, and whether it begins with `$`.
    case name(Range<Int>, isDollar: Bool)
    case plus
    case hash
    /// There is no further level.
    case end

    var isDollar: Bool {
        switch self {
        case .name(_, let isDollar): isDollar
        case .plus, .hash, .end: false
        }
    }
}

/// Takes a Topic Filter apart, level by level.
private struct TopicLevels: ~Escapable {
    private let filter: Span<UInt8>
    private var start = 0

    @_lifetime(copy filter)
    init(_ filter: Span<UInt8>) {
        self.filter = filter
    }

    @_lifetime(self: copy self)
    mutating func next() -> TopicLevel {
        guard start <= filter.count else { return .end }
        let range = start..<filter.endOfTopicLevel(from: start)
        start = range.upperBound + 1
        guard !range.isEmpty else { return .name(range, isDollar: false) }
        let first = filter[range.lowerBound]
        if range.count == 1, first == TopicCharacter.plus { return .plus }
        if range.count == 1, first == TopicCharacter.hash { return .hash }
        return .name(range, isDollar: first == TopicCharacter.dollar)
    }
}
