import NIOCore
import Testing

@testable import MQTT

@Suite("Names, rates and times of applications")
struct ApplicationTests {
    @Test("names that are refused, each for its reason")
    func names() throws {
        let rows: [(String, ParticipantName.Problem)] = [
            ("", .empty), (String(repeating: "x", count: 65), .tooLong(65)),
            (String(repeating: "é", count: 33), .tooLong(66)),
            ("a/b", .reserved("/")), ("a+", .reserved("+")), ("#", .reserved("#")), ("a\u{1B}[31m", .invisible),
            ("a\nb", .invisible), ("\u{202E}ann", .invisible), ("\u{9B}x", .invisible), (" ann", .blankAtEnd),
            ("ann ", .blankAtEnd),
        ]
        for (text, problem) in rows {
            #expect(throws: problem, "\(text.debugDescription)") { try ParticipantName(text) }
            #expect(!problem.description.isEmpty)
        }
        for good in ["a", "Ann Smith", "äöü", "東京", "👩‍💻", String(repeating: "x", count: 64), "$a", "a.b-c_d"] {
            #expect(try ParticipantName(good).description == good)
        }
        #expect(ParticipantName.makeIdentifier() != ParticipantName.makeIdentifier())
    }

    @Test("names that look alike and differ in their bytes are two")
    func equalLook() throws {
        let composed = try ParticipantName("caf\u{E9}")
        let decomposed = try ParticipantName("cafe\u{301}")
        #expect(composed != decomposed)
        #expect(composed < decomposed || decomposed < composed)
        #expect(Set([composed, decomposed, composed]).count == 2)
        #expect(try composed == ParticipantName("caf\u{E9}"))
    }

    @Test("a bucket gives what comes at once, and then what time brings")
    func bucket() {
        var now = NIODeadline.uptimeNanoseconds(0)
        var bucket = TokenBucket(.init(perSecond: 10, burst: 3), now: now)
        #expect((0..<5).map { _ in bucket.take(now: now) } == [true, true, true, false, false])
        #expect(bucket.delay(now: now) > .milliseconds(99))
        now = now + .milliseconds(250)
        #expect((0..<3).map { _ in bucket.take(now: now) } == [true, true, false])
        now = now + .hours(1)
        #expect(bucket.isFull(now: now) == true)
        #expect((0..<4).map { _ in bucket.take(now: now) } == [true, true, true, false])
    }

    @Test("each name has its bucket, and the number of buckets is bounded")
    func limiter() {
        let now = NIODeadline.uptimeNanoseconds(0)
        var limiter = RateLimiter(.init(perSecond: 1, burst: 1))
        #expect(limiter.allows("a", now: now) == true)
        #expect(limiter.allows("a", now: now) == false)
        #expect(limiter.allows("b", now: now) == true)
        for number in 0..<RateLimiter.maximumNames {
            _ = limiter.allows("n\(number)", now: now)
        }
        // All buckets are taken and none is full: the names beyond share one, which is empty by now.
        #expect(limiter.allows("late", now: now) == false)
        #expect(limiter.allows("late", now: now + .seconds(2)) == true)
    }

    @Test("times are written in UTC, and read in all forms")
    func timestamps() {
        #expect(Moment(deadline: .now(), secondsSince1970: 0).timestamp == "1970-01-01T00:00:00Z")
        #expect(Moment(deadline: .now(), secondsSince1970: 1_709_210_096).timestamp == "2024-02-29T12:34:56Z")
        #expect(abs(Moment.current.secondsSince1970 - Moment.current.secondsSince1970) <= 1)
        for good in [
            "2025-01-14T10:30:00", "2025-01-14T10:30:00Z", "2025-01-14T10:30:00.123456", "2025-01-14 10:30:00+02:00",
        ] {
            #expect(Moment.isTimestamp(good))
        }
        for wrong in ["", "now", "2025-01-14", "10:30:00", "2025-01-14T10:30:00Zx", String(repeating: "1", count: 100)]
        {
            #expect(!Moment.isTimestamp(wrong))
        }
    }
}
