#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What benchmarks measure with, and how they tell it.
enum BenchmarkMeasure {
    /// Whether benchmarks are run: in release builds, and where `BENCHMARKS` is set.
    static var isWanted: Bool {
        #if DEBUG
        // `getenv` returns a string that nobody changes while tests run; only whether there is one matters.
        unsafe getenv("BENCHMARKS") != nil
        #else
        true
        #endif
    }

    /// How many times as much the large benchmarks do where `BENCHMARKS` is set: a run of all tests shall not wait long.
    static var scale: UInt64 {
        // See above.
        unsafe getenv("BENCHMARKS") != nil ? 10 : 1
    }

    /// Nanoseconds of processor time for each of `count` operations that `body` does: the least of five runs, as what
    /// else the machine does only ever makes a run slower.
    static func nanoseconds(_ count: Int, _ body: () throws -> Void) rethrows -> Double {
        var least = Double.infinity
        for _ in 0..<5 {
            let start = processorTime
            try body()
            least = min(least, processorTime - start)
        }
        return least / Double(count)
    }

    /// The nanoseconds that this thread has been running.
    private static var processorTime: Double {
        var time = timespec()
        // The call fills the value that it is given, which outlives it.
        guard unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else {
            preconditionFailure("the system has no clock for a thread")
        }
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    /// The bytes of this process that are in memory; `nil` where the system does not tell. What grows into memory that
    /// was freed before does not show, so that the large things are to be measured first.
    static var residentByteCount: Int? {
        #if os(Linux)
        // Both strings are literals, which end with a zero byte and outlive the call.
        guard let file = unsafe fopen("/proc/self/statm", "r") else { return nil }
        // The file was opened above and is closed here, once.
        defer { unsafe fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        // `fgets` writes at most the count that it is given, a closing zero among it.
        guard unsafe fgets(&line, CInt(line.count), file) != nil else { return nil }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pageCount = Int(fields[1]) else { return nil }
        return pageCount * Int(getpagesize())
        #else
        return nil
        #endif
    }

    /// Prints a line of the result.
    static func report(_ what: String, _ value: Double, _ unit: String) {
        let rounded = value < 10 ? (value * 100).rounded() / 100 : value.rounded()
        print("benchmark: \(what): \(rounded < 10 ? "\(rounded)" : "\(Int(rounded))") \(unit)")
    }
}
