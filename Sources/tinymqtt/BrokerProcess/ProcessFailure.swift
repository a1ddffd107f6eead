#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The process cannot be what it was asked to be, and why.
struct ProcessFailure: Error, Equatable, CustomStringConvertible {
    /// What failed, why, and what to do.
    let description: String
    /// Whether it is what the broker was told that cannot be done, so that to try again does not help.
    let isConfiguration: Bool

    init(_ description: String, isConfiguration: Bool = false) {
        self.description = description
        self.isConfiguration = isConfiguration
    }

    /// What the system has just said; `errno` is still that of the failed call.
    static func system(_ problem: String) -> ProcessFailure {
        let number = errno
        // `strerror` returns a string that ends with a zero byte and is copied at once.
        return ProcessFailure("\(problem): \(unsafe String(cString: strerror(number)))")
    }
}
