import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The clocks that a store reads: that of the process, which the broker counts in and which means nothing to the next
/// process, and that on the wall, which the file counts in.
struct StoreClock: Sendable {
    private let read: @Sendable () -> StoreMoment

    init(_ read: @escaping @Sendable () -> StoreMoment) {
        self.read = read
    }

    /// This moment. It is taken anew for each batch, so that a change of the wall clock shifts no more than what was
    /// written before it.
    func now() -> StoreMoment { read() }

    /// The clocks of the system.
    static let system = StoreClock {
        var time = timespec()
        // The call fills the value that it is given, which outlives it. It cannot fail: every system has this clock.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return StoreMoment(process: .now(), wall: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

/// One moment on both clocks; it translates other moments from one to the other.
struct StoreMoment: Sendable, Equatable {
    private static let nanosecondsPerMillisecond: Int64 = 1_000_000

    /// In the time of the process.
    let process: NIODeadline
    /// In milliseconds since the beginning of 1970, UTC.
    let wall: Int64

    /// A deadline in milliseconds since 1970, rounded up: nothing expires too early.
    func wall(_ deadline: NIODeadline) -> Int64 {
        let distance = Int64(clamping: deadline.uptimeNanoseconds) - Int64(clamping: process.uptimeNanoseconds)
        let (quotient, remainder) = distance.quotientAndRemainder(dividingBy: Self.nanosecondsPerMillisecond)
        return wall + quotient + (remainder > 0 ? 1 : 0)
    }

    /// A moment in milliseconds since 1970 in the time of the process. What lies before the process is its very
    /// beginning, which is past whenever it is asked for; what lies too far ahead is the distant future.
    func deadline(_ milliseconds: Int64) -> NIODeadline {
        let (distance, overflows) = milliseconds.subtractingReportingOverflow(wall)
        let (nanoseconds, isTooFar) = distance.multipliedReportingOverflow(by: Self.nanosecondsPerMillisecond)
        let (uptime, isBeyond) = nanoseconds.addingReportingOverflow(Int64(clamping: process.uptimeNanoseconds))
        guard !overflows, !isTooFar, !isBeyond else {
            return milliseconds < wall ? .uptimeNanoseconds(0) : .distantFuture
        }
        return .uptimeNanoseconds(UInt64(max(uptime, 0)))
    }
}
