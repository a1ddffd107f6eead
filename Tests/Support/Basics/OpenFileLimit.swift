#if canImport(Glibc)
import Glibc

/// How many files this process may have open.
enum OpenFileLimit {
    /// Raises the limit to `wanted`, or as far as the system lets it.
    ///
    /// - Returns: How many there may be now.
    static func raise(to wanted: Int) -> Int {
        var limit = rlimit()
        // Both calls read or fill the value that they are given, which outlives them.
        guard unsafe getrlimit(CInt(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        guard limit.rlim_cur < rlim_t(wanted) else { return Int(clamping: limit.rlim_cur) }
        limit.rlim_cur = min(limit.rlim_max, rlim_t(wanted))
        // See above.
        guard unsafe setrlimit(CInt(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        return Int(clamping: limit.rlim_cur)
    }
}
#endif
