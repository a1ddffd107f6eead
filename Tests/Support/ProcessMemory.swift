#if os(Linux)
import Foundation

extension ChildProcess {
    /// How much memory the process has at the moment, in bytes.
    func residentByteCount() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(processIdentifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let line, let kilobytes = Int(line.filter(\.isNumber)) else { throw CocoaError(.fileReadCorruptFile) }
        return kilobytes << 10
    }
}
#endif
