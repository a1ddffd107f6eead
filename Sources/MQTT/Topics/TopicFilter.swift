/// A Topic Filter as a SUBSCRIBE names it, taken apart: the filter itself and, of a Shared Subscription, the group.
struct TopicFilter: Hashable, Sendable {
    /// The Share Name of `$share/{ShareName}/{filter}`; `nil` where the subscription is not shared.
    let shareName: UTF8String?
    /// The filter that Topic Names are matched against, without the part that makes it shared.
    let filter: UTF8String

    /// The filter that was taken apart before.
    init(shareName: UTF8String?, filter: UTF8String) {
        self.shareName = shareName
        self.filter = filter
    }

    /// Takes apart `text`, which is a valid Topic Filter; `nil` where it begins with `$share/` and is not what a Shared
    /// Subscription must be: a Share Name of at least one character without wildcards [MQTT-4.8.2-1], then `/` and a
    /// Topic Filter [MQTT-4.8.2-2].
    ///
    /// - Parameter mountPoint: What stands before the filter in the broker, unknown to the Client.
    init?(_ text: UTF8String, below mountPoint: [UInt8] = []) {
        guard text.bytes.starts(with: SharedSubscription.prefix) else {
            shareName = nil
            filter = mountPoint.isEmpty ? text : UTF8String(unchecked: mountPoint + text.bytes)
            return
        }
        let rest = text.bytes.dropFirst(SharedSubscription.prefix.count)
        guard let separator = rest.firstIndex(of: TopicCharacter.separator) else { return nil }
        let name = rest[..<separator]
        let inner = Array(rest[(separator + 1)...])
        guard !name.isEmpty, !name.contains(TopicCharacter.plus), !name.contains(TopicCharacter.hash),
            inner.span.isValidTopicFilter
        else { return nil }
        shareName = UTF8String(unchecked: Array(name))
        filter = UTF8String(unchecked: mountPoint + inner)
    }
}

extension Span<UInt8> {
    /// How many levels the topic has.
    var topicLevelCount: Int {
        var levelCount = 1
        for index in indices where self[index] == TopicCharacter.separator {
            levelCount += 1
        }
        return levelCount
    }

    /// The end of the level that begins at `start`: where its separator lies, or the end of the topic.
    func endOfTopicLevel(from start: Int) -> Int {
        var end = start
        while end < count, self[end] != TopicCharacter.separator {
            end += 1
        }
        return end
    }
}

/// Whether the Topic Name `name` matches the Topic Filter `filter`, for one pair at a time; the subscription index finds
/// all filters at once.
func topicMatches(name: Span<UInt8>, filter: Span<UInt8>) -> Bool {
    // A wildcard in the first level does not match a topic that begins with `$` [MQTT-4.7.2-1].
    if !name.isEmpty, name[0] == TopicCharacter.dollar, !filter.isEmpty,
        filter[0] == TopicCharacter.plus || filter[0] == TopicCharacter.hash
    {
        return false
    }
    var nameStart = 0
    var filterStart = 0
    while true {
        let filterEnd = filter.endOfTopicLevel(from: filterStart)
        let filterLevel = filter.extracting(filterStart..<filterEnd)
        if filterLevel.count == 1, filterLevel[0] == TopicCharacter.hash { return true }
        guard nameStart <= name.count else { return false }
        let nameEnd = name.endOfTopicLevel(from: nameStart)
        let matchesAnything = filterLevel.count == 1 && filterLevel[0] == TopicCharacter.plus
        guard matchesAnything || filterLevel.hasSameBytes(as: name.extracting(nameStart..<nameEnd)) else {
            return false
        }
        nameStart = nameEnd + 1
        filterStart = filterEnd + 1
        if filterStart > filter.count { return nameStart > name.count }
    }
}
