#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What starting other programs, and waiting for them, takes.
enum ChildProgram {
    /// A list of strings as the system takes it, with a null pointer at its end; it is good until `body` returns.
    static func withPointers(
        to strings: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
    ) -> Int32 {
        // `strdup` copies the strings into memory that is given back after `body`.
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe strings.map { unsafe strdup($0) } + [nil]
        // See above.
        defer { unsafe pointers.forEach { unsafe free($0) } }
        // The list lives for the length of the call.
        return unsafe body(&pointers)
    }

    /// Waits for the end of a process: the exit code, or 128 and the number of a signal, as a shell has it.
    static func exitCode(of process: pid_t) -> Int32 {
        var status: Int32 = 0
        // The pointer does not outlive the call.
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        // The lower seven bits are the signal that ended it, the byte above them is the exit code.
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }
}
