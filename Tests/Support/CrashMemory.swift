#if os(Linux)
import Foundation

extension ChildProcess {
    /// The most memory that the process had since `forgetPeak`, in bytes.
    func peakByteCount() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(processIdentifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        guard let line, let kilobytes = Int(line.filter(\.isNumber)) else { throw CocoaError(.fileReadCorruptFile) }
        return kilobytes << 10
    }

    /// Has the peak begin anew, at what the process has now.
    func forgetPeak() throws {
        try Data("5".utf8).write(to: URL(filePath: "/proc/\(processIdentifier)/clear_refs"))
    }
}
#endif
