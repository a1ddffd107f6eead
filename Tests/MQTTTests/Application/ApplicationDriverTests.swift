import Testing

@testable import MQTT
@testable import Support

@Suite("What joins a state machine with a Client", .timeLimit(.minutes(1)))
struct ApplicationDriverTests {
    /// Orders what it is told.
    private struct Echo: ApplicationMachine {
        enum Order: ApplicationOrder {
            case connected, disconnected

            var message: Message? { nil }
        }

        mutating func connected(now: Moment, into orders: inout [Order]) { orders.append(.connected) }
        mutating func disconnected(now: Moment, into orders: inout [Order]) { orders.append(.disconnected) }
        mutating func received(_ message: IncomingMessage, now: Moment, into orders: inout [Order]) {}
        mutating func timeAdvanced(now: Moment, into orders: inout [Order]) {}
    }

    @Test("a connection is told once, however late the Client tells of it; the next one is told again")
    func connections() async throws {
        try await withServer { server in
            let client = try MQTTClient(configuration: server.server.internalClientConfiguration())
            let result = try await client.connect()
            let orders = Monitor<[Echo.Order]>([])
            let driver = ApplicationDriver(Echo(), client: client) { order in orders.update { $0.append(order) } }
            await driver.handle(.connected(result))
            #expect(orders.value == [])
            let running = Task { try await driver.run() }
            #expect(await orders.wait(within: 30) { $0 == [.connected] })
            await driver.handle(.connected(result))
            #expect(orders.value == [.connected])
            await driver.handle(.disconnected(MQTTClientError(.connectionLost, text: "for this test")))
            await driver.handle(.connected(result))
            #expect(orders.value == [.connected, .disconnected, .connected])
            try await client.disconnect()
            try await running.value
        }
    }
}
