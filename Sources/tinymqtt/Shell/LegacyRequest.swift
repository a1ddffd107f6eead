/// A request in the notation `type@topic@contents@flag`, as the words of the command that does the same.
///
/// The types are connect, disconnect, publish, subscribe, unsubscribe and list, in letters of any size; fields that a type
/// does not need may be left out. What stands between the topic and a last field `retain` is the contents, with all `@`
/// that are in it. A level of a filter that is exactly `*` means `+`. Messages are published at QoS 1, so that the broker
/// answers.
struct LegacyRequest: Sendable, Hashable {
    /// The command's words.
    let words: [String]
    /// What to tell whoever wrote it; possibly empty.
    let hint: String

    /// The types that have a topic.
    static let typesWithTopic: Set<String> = ["publish", "subscribe", "unsubscribe"]
    private static let typesAlone: Set<String> = ["connect", "disconnect", "list"]

    /// Whether a text begins as a request does.
    static func isNotation(_ text: String) -> Bool {
        guard let end = text.firstIndex(of: "@") else { return false }
        let type = text[..<end].lowercased()
        return typesWithTopic.contains(type) || typesAlone.contains(type)
    }

    /// `nil` where the text is no such request.
    init?(_ text: String) throws(ShellSyntaxError) {
        let fields = text.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        guard fields.count > 1, let type = fields.first?.lowercased() else { return nil }
        if Self.typesAlone.contains(type) {
            guard fields.dropFirst().allSatisfy(\.isEmpty) else {
                throw ShellSyntaxError(text: "\(type) has no topic, contents or flag; write \(type) alone")
            }
            (words, hint) = ([type], "")
            return
        }
        guard Self.typesWithTopic.contains(type) else { return nil }
        guard !fields[1].isEmpty else { throw ShellSyntaxError(text: "no topic; write \(type)@TOPIC") }
        guard type == "publish" else {
            guard fields.dropFirst(2).allSatisfy(\.isEmpty) else {
                throw ShellSyntaxError(text: "\(type) has no contents and no flag; write \(type)@\(fields[1])")
            }
            let filter = Self.filter(fields[1])
            words = [type, "--", filter]
            hint =
                filter == fields[1]
                ? "" : "* is no wildcard of MQTT; \(filter) is taken (# stands for all levels below)"
            return
        }
        var contents = fields.dropFirst(2)
        // An empty field at the end is one that was left out.
        if contents.count > 1, contents.last?.isEmpty == true { contents.removeLast() }
        let isRetained = contents.count > 1 && contents.last?.lowercased() == "retain"
        if isRetained { contents.removeLast() }
        words =
            ["publish", "-q", "1"] + (isRetained ? ["-r"] : []) + ["--", fields[1], contents.joined(separator: "@")]
        hint = ""
    }

    private static func filter(_ text: String) -> String {
        text.split(separator: "/", omittingEmptySubsequences: false).map { $0 == "*" ? "+" : $0 }.joined(separator: "/")
    }
}
