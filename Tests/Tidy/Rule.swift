/// A habit of this repository that each of its text files is held against.
struct Rule: Sendable, CustomStringConvertible {
    let name: String
    /// What breaks the habit in a file; nothing where the habit does not concern the file.
    let check: @Sendable (SourceFile) -> [Finding]

    var description: String { name }

    static let all = purity + channels + length + declarations + expressions + names + texts
}
