import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How much memory this process has.
enum ProcessMemory {
    /// What it has in memory now, in KiB; where the system does not tell, the most that it has had.
    static var residentKibibytes: Int? {
        if let content = try? StandardInput.readFile("/proc/self/statm") {
            let fields = String(buffer: content).split(separator: " ")
            if fields.count > 1, let pages = Int(fields[1]) { return pages * Int(sysconf(Int32(_SC_PAGESIZE))) >> 10 }
        }
        var usage = rusage()
        #if canImport(Darwin)
        // The pointer does not outlive the call.
        guard unsafe getrusage(RUSAGE_SELF, &usage) == 0 else { return nil }
        return usage.ru_maxrss >> 10
        #else
        // The pointer does not outlive the call.
        guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return nil }
        return usage.ru_maxrss
        #endif
    }
}
