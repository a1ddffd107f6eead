import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The times that a benchmark asks for, in nanoseconds.
enum BenchClock {
    /// The time of the machine's clock that never jumps.
    static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    /// How much of the processors this process has used; POSIX counts it in microseconds.
    static var processorTime: UInt64 { UInt64(max(0, clock())) * 1_000 }
}

extension Duration {
    /// The time in whole nanoseconds, 0 where it is negative, and centuries at most.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(min(seconds, 4_000_000_000)) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}

/// When a benchmark begins, measures and ends, in nanoseconds.
struct BenchTimeline {
    let start: UInt64
    /// What is sent before is not measured.
    let measureStart: UInt64
    /// Nothing is sent from then on; `nil` where a count ends it.
    let end: UInt64?

    init(_ plan: BenchPlan, start: UInt64) {
        self.start = start
        measureStart = start + plan.warmUp.nanoseconds
        let measureStart = measureStart
        end = plan.duration.map { measureStart + $0.nanoseconds }
    }

    /// Whether sending is over at this time.
    func isOver(at time: UInt64) -> Bool {
        guard let end else { return false }
        return time >= end
    }
}
