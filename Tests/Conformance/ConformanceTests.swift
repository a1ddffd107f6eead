import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// What the clients of a case reach the broker through.
enum Carrier: String, Sendable, CaseIterable {
    case memory
    case twoBrokers
    case fiveBrokers
    case tcp
    case twoLoops
    case fiveLoops
    case tls
    case webSocket
    case secureWebSocket

    /// Whether it is all in memory, where time is virtual and cases can wait.
    var isMemory: Bool { brokerCount != nil }

    /// How many brokers are in memory.
    var brokerCount: Int? {
        switch self {
        case .memory: 1
        case .twoBrokers: 2
        case .fiveBrokers: 5
        case .tcp, .twoLoops, .fiveLoops, .tls, .webSocket, .secureWebSocket: nil
        }
    }

    /// How many event loops the server has.
    var threadCount: Int {
        switch self {
        case .twoLoops: 2
        case .fiveLoops: 5
        case .memory, .twoBrokers, .fiveBrokers, .tcp, .tls, .webSocket, .secureWebSocket: 1
        }
    }

    /// Whether there are certificates in it, which a program has to make.
    var needsCertificates: Bool { self == .tls || self == .secureWebSocket }
}

/// A case on a carrier.
struct ConformanceRun: Sendable, CustomTestStringConvertible {
    let testCase: ConformanceCase
    let carrier: Carrier

    var testDescription: String { "\(testCase.file): \(testCase.name), \(carrier)" }

    /// Every case on every carrier on which it can run.
    static func all() throws -> [ConformanceRun] {
        try ConformanceCase.all().flatMap { testCase in
            Carrier.allCases
                .filter { $0.isMemory || !testCase.hasWaits }
                .filter { !$0.needsCertificates || TestCertificates.isPossible }
                .map { ConformanceRun(testCase: testCase, carrier: $0) }
        }
    }
}

@Suite("Conformance")
struct ConformanceTests {
    /// Made once: making keys takes longer than a case.
    private static let certificates = Task { try await TestCertificates.make() }

    @Test("every case of the tables, in memory and over every kind of listener", arguments: try ConformanceRun.all())
    func run(run: ConformanceRun) async throws {
        var configuration = BrokerConfiguration()
        for line in run.testCase.lines {
            guard case .configure(let option, let value) = line.step else { continue }
            try configuration.apply(option, value)
        }
        switch run.carrier {
        case .memory, .twoBrokers, .fiveBrokers:
            let brokerCount = run.carrier.brokerCount ?? 1
            try await check(run.testCase, in: MemoryCarrier(configuration, brokerCount: brokerCount))
        case .tcp, .twoLoops, .fiveLoops, .tls, .webSocket, .secureWebSocket:
            let carrier = try await SocketCarrier.start(
                configuration,
                certificates: run.carrier.needsCertificates ? try await Self.certificates.value : nil,
                usesWebSocket: run.carrier == .webSocket || run.carrier == .secureWebSocket,
                threads: run.carrier.threadCount
            )
            do {
                try await check(run.testCase, in: carrier)
            } catch {
                await carrier.stop()
                throw error
            }
            await carrier.stop()
        }
    }

    private func check(_ testCase: ConformanceCase, in carrier: some ConformanceCarrier) async throws {
        for line in testCase.lines {
            let place = "\(testCase.file):\(line.number)"
            switch line.step {
            case .configure: continue
            case .send(let client, let bytes):
                try await carrier.send(bytes, from: client)
            case .receive(let client, let expected):
                let packet = try await carrier.receive(client)
                try #require(packet != nil, "\(place): \(client) received nothing in place of \(expected.text)")
                guard let packet else { return }
                try #require(expected.matches(packet), "\(place): \(client) received \(packet.hexadecimal)")
            case .closed(let client):
                let packet = try await carrier.receive(client)
                try #require(packet == nil, "\(place): \(client) received \(packet?.hexadecimal ?? "")")
                #expect(try await carrier.isClosed(client), "\(place): \(client) is still connected")
            case .drop(let client):
                try await carrier.drop(client)
            case .wait(let milliseconds):
                try await carrier.wait(.milliseconds(milliseconds))
            }
        }
        for (client, packet) in try await carrier.leftOver() {
            Issue.record("\(testCase.file): at the end \(client) has received \(packet.hexadecimal)")
        }
    }

    @Test("there are cases of every theme, and no two have the same name")
    func tables() throws {
        let cases = try ConformanceCase.all()
        #expect(cases.count >= 60)
        #expect(Set(cases.map { $0.file + $0.name }).count == cases.count)
        #expect(Set(cases.map(\.file)).count >= 8)
        for testCase in cases {
            #expect(testCase.lines.count >= 2, "\(testCase.name) says nothing")
        }
    }

    @Test(
        "a mistake in a table is told with its line",
        arguments: [
            "a > CONNECT", "case x\na > CONECT { }", "case x\na > CONNECT { 'MQTT", "case x\na ! 00",
            "case x\nwait long", "case x\na < 10 { 00 } 10 { 00 }", "case x\nbroker maximum-qos much",
        ]
    )
    func mistakes(table: String) {
        let error = #expect(throws: CaseError.self) { try ConformanceCase.parse(table, file: "t.txt") }
        #expect(error?.description.hasPrefix("t.txt:") == true)
    }

    @Test("expected bytes are compared exactly, or up to the three dots")
    func comparison() throws {
        func matches(_ expected: String, _ received: [UInt8]) throws -> Bool {
            let table = "case x\na < \(expected)"
            guard case .receive(_, let packet)? = try ConformanceCase.parse(table, file: "t").first?.lines.first?.step,
                let received = ReceivedPacket(takenFrom: received[...])
            else { throw CaseError("no packet") }
            return packet.matches(received)
        }
        #expect(try matches("CONNACK { 00 00 }", [0x20, 2, 0, 0]))
        #expect(try !matches("CONNACK { 00 00 }", [0x20, 2, 0, 1]))
        #expect(try !matches("CONNACK { 00 00 }", [0x20, 3, 0, 0, 0]))
        #expect(try !matches("CONNACK { 00 00 }", [0x21, 2, 0, 0]))
        #expect(try matches("CONNACK { 00 00 ... }", [0x20, 3, 0, 0, 0]))
        #expect(try !matches("CONNACK { 00 00 ... }", [0x20, 3, 1, 0, 0]))
        #expect(try !matches("CONNACK { 00 00 ... }", [0x30, 3, 0, 0, 0]))
    }
}

extension ReceivedPacket {
    /// The bytes for people.
    fileprivate var hexadecimal: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: " ")
    }
}

extension BrokerConfiguration {
    /// Sets what a case names.
    fileprivate mutating func apply(_ option: String, _ value: Int) throws {
        switch option {
        case "maximum-qos": listeners[0].maximumQoS = try #require(QoS(rawValue: UInt8(value)))
        case "retain-available": retainAvailable = value != 0
        case "maximum-keep-alive": maximumKeepAlive = UInt16(value)
        case "receive-maximum": limits.receiveMaximum = UInt16(value)
        case "maximum-packet-size": limits.packetSize = value
        case "queued-messages": limits.queuedMessages = value
        default: throw CaseError("unknown option \(option)")
        }
    }
}
