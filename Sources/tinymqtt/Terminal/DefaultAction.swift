#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What a signal does to a program that does not handle it.
enum DefaultAction {
    /// Lets a signal do that, on this thread; goes on only after one that stops the program for a while.
    static func take(_ number: Int32) {
        var handling = sigaction()
        var signals = sigset_t()
        // None of the pointers outlives its call. The thread takes the signal itself, before `raise` returns.
        unsafe sigemptyset(&signals)
        // See above.
        unsafe sigaddset(&signals, number)
        // See above.
        unsafe sigaction(number, nil, &handling)
        signal(number, SIG_DFL)
        // See above.
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        raise(number)
        // See above.
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        // See above.
        unsafe sigaction(number, &handling, nil)
    }
}
