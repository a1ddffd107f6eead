/// One place that breaks a rule: where it is, what is wrong, and what to do about it.
struct Finding: Sendable, Hashable, CustomStringConvertible {
    /// From the root of the repository.
    let path: String
    /// Counted from 1; 0 where the finding is about the file as a whole.
    let line: Int
    let problem: String
    let remedy: String

    var description: String {
        let place = line > 0 ? "\(path):\(line)" : path
        return "\(place): \(problem); \(remedy)"
    }
}

extension [Finding] {
    /// All findings, a line each, for the message of a failed test.
    var report: String { map { "\n" + $0.description }.joined() }
}
