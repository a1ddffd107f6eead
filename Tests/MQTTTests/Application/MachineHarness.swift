import NIOCore
import Testing

@testable import MQTT

/// A state machine of an application with a clock that only the test moves.
struct MachineHarness<Machine: ApplicationMachine> {
    var machine: Machine
    private(set) var now: Moment

    /// When every test begins: 2026-11-21T10:30:00Z.
    static var begin: Moment {
        Moment(deadline: .uptimeNanoseconds(1_000_000_000_000), secondsSince1970: 1_795_257_000)
    }

    init(_ make: (Moment) -> Machine) {
        now = Self.begin
        machine = make(now)
    }

    mutating func connect() -> [Machine.Order] { perform { $0.connected(now: $1, into: &$2) } }

    mutating func disconnect() -> [Machine.Order] { perform { $0.disconnected(now: $1, into: &$2) } }

    mutating func receive(
        _ topic: String,
        _ text: String,
        qos: QoS = .atMostOnce,
        isRetained: Bool = false,
        responseTopic: String? = nil
    ) -> [Machine.Order] {
        var message = IncomingMessage(topic: topic, payload: Array(text.utf8), qos: qos, isRetained: isRetained)
        message.responseTopic = responseTopic
        return perform { [message] in $0.received(message, now: $1, into: &$2) }
    }

    /// Moves the clock, a tenth of a second at a time, as the driver does.
    mutating func advance(seconds: Double) -> [Machine.Order] {
        var orders: [Machine.Order] = []
        for _ in 0..<Int(seconds * 10) {
            now.deadline = now.deadline + .milliseconds(100)
            machine.timeAdvanced(now: now, into: &orders)
        }
        now.secondsSince1970 += Int(seconds)
        return orders
    }

    mutating func perform(_ body: (inout Machine, Moment, inout [Machine.Order]) -> Void) -> [Machine.Order] {
        var orders: [Machine.Order] = []
        body(&machine, now, &orders)
        return orders
    }
}

extension Array where Element: ApplicationOrder {
    /// What is published, as `topic payload`, with `retained` in front where that is so.
    var published: [String] {
        compactMap(\.message).map { "\($0.retain ? "retained " : "")\($0.topic) \(String(buffer: $0.payload))" }
    }

    /// The payloads that are published to a topic.
    func payloads(_ topic: String) -> [String] {
        compactMap(\.message).filter { $0.topic == topic }.map { String(buffer: $0.payload) }
    }
}

extension ParticipantName {
    /// A name that the test has written itself.
    static func make(_ text: String) throws -> Self { try Self(text) }
}
