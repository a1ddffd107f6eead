/// What one Client may do by an ``AccessControlList``.
///
/// It keeps the rules that are for the Client, which all Clients of the same name share, and the Client's names. The
/// names are not filled in beforehand: a broker with many Clients would hold every pattern once for each of them.
struct AccessProfile: Sendable {
    /// What a Client wants to do with a topic.
    enum Action: Sendable {
        /// To publish to it.
        case publish
        /// To receive what others publish to it.
        case receive
    }

    /// Whether it may.
    enum Decision: Sendable, Equatable {
        case allowed
        /// It may not, by the rule that stands in this line of the file; `nil` where no rule allows it.
        case denied(line: Int?)
    }

    private let own: AccessControlList.Group
    /// Without rules where a name of the Client is a wildcard: put into a pattern it would open what is not its own.
    private let patterns: AccessControlList.Group
    private let names: ClientNames

    init(own: AccessControlList.Group, patterns: AccessControlList.Group, names: ClientNames) {
        self.own = own
        self.patterns = names.haveWildcards ? AccessControlList.Group() : patterns
        self.names = names
    }

    /// Whether the Client may do this with the Topic Name `topic`. Allocates nothing.
    func decision(_ action: Action, _ topic: Span<UInt8>) -> Decision {
        decision(own, action, topic) ?? decision(patterns, action, topic) ?? .denied(line: nil)
    }

    /// What a group of rules says; `nil` where it says nothing of this.
    private func decision(
        _ group: AccessControlList.Group,
        _ action: Action,
        _ topic: Span<UInt8>
    ) -> Decision? {
        for rule in group.denials where rule.matches(topic, names) {
            return .denied(line: rule.line)
        }
        for rule in group.permissions where rule.permits(action) && rule.matches(topic, names) {
            return .allowed
        }
        return nil
    }

    /// Whether there can be a topic that `filter` matches and that the Client may receive from.
    ///
    /// Only a rule that denies all that `filter` matches is taken into account; one that denies a part of it, or parts
    /// of it together with others, is left to the decision on each message.
    ///
    /// - Parameter filter: A valid Topic Filter, of a Shared Subscription the part behind the Share Name.
    func mayReceiveSomething(matching filter: Span<UInt8>) -> Bool {
        for group in [own, patterns] {
            for rule in group.denials {
                if let denied = rule.filter(for: names), topicFilter(denied.span, covers: filter) { return false }
            }
            for rule in group.permissions where rule.permits(.receive) {
                if let allowed = rule.filter(for: names), topicFiltersOverlap(allowed.span, filter) { return true }
            }
        }
        return false
    }

    /// The rule that stands in a line that ``decision(_:_:)`` has named, for the log; cut short where it is long.
    func ruleText(line: Int) -> String? {
        (own.rule(line: line) ?? patterns.rule(line: line))?.description
    }
}

extension AccessControlList.Rule {
    /// Whether the rule, which does not deny, is about this.
    fileprivate func permits(_ action: AccessProfile.Action) -> Bool {
        switch (access, action) {
        case (.readWrite, _), (.read, .receive), (.write, .publish): true
        case (.deny, _), (.read, .publish), (.write, .receive): false
        }
    }

    /// Whether the rule is about this Topic Name.
    fileprivate func matches(_ topic: Span<UInt8>, _ names: ClientNames) -> Bool {
        guard isPattern else { return topicMatches(name: topic, filter: topicFilter.bytes.span) }
        guard !needsUserName || names.userName != nil else { return false }
        return patternMatches(topic, names)
    }

    /// Walks the levels of topic and pattern together; a name fills its place as it is, also where it has several levels.
    private func patternMatches(_ topic: Span<UInt8>, _ names: ClientNames) -> Bool {
        let filter = topicFilter.bytes.span
        // What is in the file decides: a name that begins with `$` opens no topic that does.
        guard topic.isEmpty || topic[0] != TopicCharacter.dollar || filter[0] == TopicCharacter.dollar else {
            return false
        }
        var topicStart = 0
        var filterStart = 0
        while true {
            let filterEnd = filter.endOfTopicLevel(from: filterStart)
            let level = filter.extracting(filterStart..<filterEnd)
            if level.count == 1, level[0] == TopicCharacter.hash { return true }
            guard topicStart <= topic.count else { return false }
            let topicEnd: Int?
            if level.count == 1, level[0] == TopicCharacter.plus {
                topicEnd = topic.endOfTopicLevel(from: topicStart)
            } else if let name = names.name(for: level) {
                topicEnd = topic.end(of: name.span, from: topicStart)
            } else {
                topicEnd = topic.end(of: level, from: topicStart)
            }
            guard let topicEnd else { return false }
            topicStart = topicEnd + 1
            filterStart = filterEnd + 1
            if filterStart > filter.count { return topicStart > topic.count }
        }
    }

    /// The Topic Filter of the rule, in a pattern with the names filled in; `nil` where there is no topic that it could
    /// match.
    fileprivate func filter(for names: ClientNames) -> [UInt8]? {
        guard isPattern else { return topicFilter.bytes }
        guard !needsUserName || names.userName != nil else { return nil }
        var filled: [UInt8] = []
        for level in topicFilter.bytes.split(separator: TopicCharacter.separator, omittingEmptySubsequences: false) {
            if level.startIndex > 0 { filled.append(TopicCharacter.separator) }
            filled += names.name(for: level.span) ?? Array(level)
            // A `#` matches no more than its parent, and each `+` an empty level: whatever is longer than a topic by as
            // much as that matches none, and is not built to its end.
            guard filled.count <= 2 * UTF8String.maximumLength else { return nil }
        }
        guard filled.first != TopicCharacter.dollar || topicFilter.bytes.first == TopicCharacter.dollar else {
            return nil
        }
        return filled
    }
}

extension Span<UInt8> {
    /// Where `levels` end, if they stand at `start` and a level ends with them.
    fileprivate func end(of levels: Span<UInt8>, from start: Int) -> Int? {
        let end = start + levels.count
        guard end <= count, end == count || self[end] == TopicCharacter.separator else { return nil }
        return extracting(start..<end).hasSameBytes(as: levels) ? end : nil
    }
}
