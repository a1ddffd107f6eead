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

    /// How long it has kept a processor busy since its start, with all its threads, in seconds.
    func processorSeconds() throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(processIdentifier)/stat", encoding: .utf8)
        // The name of the program, in parentheses, may have blanks in it.
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Has the peak begin anew, at what the process has now.
    func forgetPeak() throws {
        try Data("5".utf8).write(to: URL(filePath: "/proc/\(processIdentifier)/clear_refs"))
    }
}
#endif
