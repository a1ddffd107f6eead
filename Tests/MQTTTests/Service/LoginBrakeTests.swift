import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Login brake")
struct LoginBrakeTests {
    private static func address(_ text: String) throws -> SocketAddress {
        try SocketAddress(ipAddress: text, port: 1_000)
    }

    private static func time(_ seconds: Int64) -> NIODeadline {
        .uptimeNanoseconds(0) + .seconds(1_000 + seconds)
    }

    /// Usual limits: five failures within 60 s, then 1 s, 2 s … up to 30 s.
    private var brake = LoginBrake(limits: LoginLimits())

    @Test("five failures are let pass; then each attempt waits twice as long as the last, up to a limit")
    func doubles() throws {
        var brake = brake
        let address = try Self.address("192.0.2.1")
        var delays: [Int64?] = []
        for second in 0..<12 {
            delays.append(
                brake.delay(for: address, now: Self.time(Int64(second))).map { $0.nanoseconds / 1_000_000_000 }
            )
            brake.failed(address, now: Self.time(Int64(second)))
        }
        #expect(delays == [nil, nil, nil, nil, nil, 1, 2, 4, 8, 16, 30, 30])
    }

    @Test("a failure counts for the length of the window, and not longer")
    func window() throws {
        var brake = brake
        let address = try Self.address("192.0.2.1")
        // Never five within a minute, although there are many.
        for number in 0..<20 {
            let now = Self.time(Int64(number) * 15)
            #expect(brake.delay(for: address, now: now) == nil)
            brake.failed(address, now: now)
        }
        brake.failed(address, now: Self.time(286))
        #expect(brake.delay(for: address, now: Self.time(286)) == .seconds(1))
        #expect(brake.delay(for: address, now: Self.time(299)) == .seconds(1))
        #expect(brake.delay(for: address, now: Self.time(300)) == nil)
    }

    @Test("success forgets what failed before")
    func success() throws {
        var brake = brake
        let address = try Self.address("192.0.2.1")
        for _ in 0..<6 { brake.failed(address, now: Self.time(0)) }
        #expect(brake.delay(for: address, now: Self.time(0)) == .seconds(2))
        brake.succeeded(address, now: Self.time(1))
        #expect(brake.delay(for: address, now: Self.time(1)) == nil)
        #expect(brake.addressCount == 0)
    }

    @Test(
        "which addresses are one",
        arguments: [
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
            ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true), ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
            ("::ffff:192.0.2.1", "192.0.2.1", true), ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false),
            ("::1", "192.0.2.1", false),
        ]
    )
    func origins(left: String, right: String, areOne: Bool) throws {
        var brake = brake
        for _ in 0..<5 { brake.failed(try Self.address(left), now: Self.time(0)) }
        #expect((brake.delay(for: try Self.address(right), now: Self.time(0)) != nil) == areOne)
    }

    @Test("programs of this machine that share a socket are not held up by each other")
    func unixSocket() throws {
        var brake = brake
        let address = try SocketAddress(unixDomainSocketPath: "/run/mqtt.sock")
        for _ in 0..<50 { brake.failed(address, now: Self.time(0)) }
        #expect(brake.delay(for: address, now: Self.time(0)) == nil)
    }

    @Test("the table has a bound: the address whose last failure is the oldest is forgotten")
    func bound() throws {
        var brake = brake
        func address(_ number: Int) throws -> SocketAddress {
            try Self.address("10.\(number >> 16).\(number >> 8 & 255).\(number & 255)")
        }
        for number in 0..<LoginBrake.maximumAddressCount {
            for _ in 0..<5 { brake.failed(try address(number), now: Self.time(number == 7 ? -1 : 0)) }
        }
        #expect(brake.delay(for: try address(7), now: Self.time(1)) == .seconds(1))
        brake.failed(try address(1 << 16), now: Self.time(1))
        #expect(brake.addressCount == LoginBrake.maximumAddressCount)
        #expect(brake.delay(for: try address(7), now: Self.time(1)) == nil)
        #expect(brake.delay(for: try address(8), now: Self.time(1)) == .seconds(1))
        // A minute later nothing of it counts.
        brake.failed(try address(2 << 16), now: Self.time(70))
        #expect(brake.addressCount == 1)
    }

    @Test("odd limits: none at all, no delay, many failures, a delay beyond the longest")
    func oddLimits() throws {
        let address = try Self.address("192.0.2.1")
        func delay(_ change: (inout LoginLimits) -> Void, failures: Int) -> TimeAmount? {
            var limits = LoginLimits()
            change(&limits)
            var brake = LoginBrake(limits: limits)
            for _ in 0..<failures { brake.failed(address, now: Self.time(0)) }
            return brake.delay(for: address, now: Self.time(0))
        }
        #expect(delay({ $0.failures = 0 }, failures: 100) == nil)
        #expect(delay({ $0.failures = -1 }, failures: 100) == nil)
        #expect(delay({ $0.window = 0 }, failures: 100) == nil)
        #expect(delay({ $0.delay = 0 }, failures: 100) == nil)
        #expect(delay({ $0.longestDelay = -5 }, failures: 100) == nil)
        #expect(delay({ $0.delay = 50 }, failures: 5) == .seconds(30))
        #expect(delay({ $0.failures = 100_000 }, failures: 255) == nil)
        #expect(delay({ $0.failures = 100_000 }, failures: 1_000) == .seconds(30))
        #expect(delay({ $0.longestDelay = .max }, failures: 100) == .hours(24))
        #expect(
            delay({ ($0.failures, $0.window, $0.delay, $0.longestDelay) = (1, .max, .max, .max) }, failures: 100)
                == .hours(24)
        )
    }
}
