#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How many files, and so connections, the process may have open at a time.
struct OpenFiles: Equatable {
    /// How many.
    let limit: UInt64
    /// Why there cannot be more, where more was tried.
    let failure: ProcessFailure?

    /// Raises the limit to the most that the system lets this process have.
    static func raiseLimit() -> OpenFiles {
        var limits = rlimit()
        // The pointer does not outlive the call.
        guard unsafe getrlimit(resource, &limits) == 0 else {
            return OpenFiles(limit: 0, failure: .system("the limit of open files cannot be read"))
        }
        let before = UInt64(limits.rlim_cur)
        limits.rlim_cur = most(limits.rlim_max)
        guard UInt64(limits.rlim_cur) > before else { return OpenFiles(limit: before, failure: nil) }
        // As above.
        guard unsafe setrlimit(resource, &limits) == 0 else {
            let failure = ProcessFailure.system("more than \(before) open files are not allowed")
            return OpenFiles(limit: before, failure: failure)
        }
        return OpenFiles(limit: UInt64(limits.rlim_cur), failure: nil)
    }

    #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
    private static let resource = RLIMIT_NOFILE
    #endif

    /// The most that the system takes where the limit above ours is `hard`.
    private static func most(_ hard: rlim_t) -> rlim_t {
        #if canImport(Darwin)
        // It says that there is no limit, and takes no more than this.
        min(hard, rlim_t(OPEN_MAX))
        #else
        hard
        #endif
    }
}
