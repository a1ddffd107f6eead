import Histogram
import MQTT

/// How long something took, many times: percentiles with three digits, in a fixed amount of memory.
struct TimeHistogram {
    /// The longest time that is told apart from longer ones, in nanoseconds: an hour.
    private static let longest: UInt64 = 3_600_000_000_000

    private var histogram = Histogram<UInt64>(highestTrackableValue: longest, numberOfSignificantValueDigits: .three)

    /// Adds a time, in nanoseconds.
    mutating func record(_ nanoseconds: UInt64) {
        histogram.record(min(nanoseconds, Self.longest))
    }

    /// Adds the times of another one.
    mutating func add(_ other: TimeHistogram) {
        histogram.add(other.histogram)
    }

    /// The figures; `nil` where nothing was measured.
    var figures: TimeFigures? {
        guard histogram.totalCount > 0 else { return nil }
        return TimeFigures(
            count: Int(histogram.totalCount),
            percentiles: TimeFigures.percentiles.map { histogram.valueAtPercentile($0.percent) },
            longest: histogram.maxRecorded
        )
    }
}

/// What is told of a histogram, in nanoseconds.
struct TimeFigures: Equatable {
    /// The percentiles that are told: how many of a hundred times are not longer; the names of the summary and of JSON.
    static let percentiles: [(percent: Double, name: String, member: String)] = [
        (50, "p50", "p50"), (90, "p90", "p90"), (99, "p99", "p99"), (99.9, "p99.9", "p99_9"),
    ]

    /// How many times were measured.
    var count: Int
    /// One for each of ``percentiles``.
    var percentiles: [UInt64]
    var longest: UInt64

    /// Microseconds with one digit behind the point.
    static func microseconds(_ nanoseconds: UInt64) -> String {
        let tenths = (nanoseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// Milliseconds with one digit behind the point.
    static func milliseconds(_ nanoseconds: UInt64) -> String { microseconds(nanoseconds / 1_000) }

    /// All of it as JSON, in microseconds.
    var json: JSONValue {
        let percentiles = zip(Self.percentiles, percentiles).map { known, time in
            JSONValue.Member(known.member, .number(Self.microseconds(time)))
        }
        return .object(
            [JSONValue.Member("count", JSONValue(count))] + percentiles + [
                JSONValue.Member("max", .number(Self.microseconds(longest)))
            ]
        )
    }
}
