import Testing

@testable import MQTT
@testable import Support

@Suite("The directory of Clients")
struct ClientDirectoryTests {
    private func claim(_ clientIdentifier: String, by broker: Int, mostClients: Int = 10) -> DirectoryRequest {
        .claim(
            Claim(
                broker: broker,
                connection: ConnectionIndex(value: 0),
                ticket: 1,
                clientIdentifier: .text(clientIdentifier),
                cleanStart: false,
                mostClients: mostClients
            )
        )
    }

    private typealias Tenure = ClientDirectory.Tenure

    @Test("a claim names who had the Client, and every tenure has a number of its own")
    func claims() {
        var directory = ClientDirectory()
        #expect(directory.answer(claim("a", by: 0)) == .granted(number: 1, former: nil))
        #expect(directory.answer(claim("a", by: 1)) == .granted(number: 2, former: Tenure(broker: 0, number: 1)))
        #expect(directory.answer(claim("a", by: 1)) == .granted(number: 3, former: Tenure(broker: 1, number: 2)))
        #expect(directory.answer(claim("b", by: 1)) == .granted(number: 4, former: nil))
        #expect(directory.count == 2)
    }

    @Test("only the tenure that there is can be released")
    func releases() {
        var directory = ClientDirectory()
        _ = directory.answer(claim("a", by: 0))
        _ = directory.answer(claim("a", by: 1))
        #expect(directory.answer(.release(.text("a"), number: 1)) == nil)
        #expect(directory.count == 1)
        _ = directory.answer(.release(.text("a"), number: 2))
        #expect(directory.count == 0)
        #expect(directory.answer(claim("a", by: 0)) == .granted(number: 3, former: nil))
        #expect(directory.maximumCount == 1)
    }

    @Test("a Client without a session is refused where as many have one as may, however often it asks")
    func limit() {
        var directory = ClientDirectory()
        _ = directory.answer(claim("a", by: 0, mostClients: 1))
        #expect(directory.answer(claim("b", by: 0, mostClients: 1)) == .refused)
        #expect(directory.answer(claim("b", by: 1, mostClients: 1)) == .refused)
        #expect(
            directory.answer(claim("a", by: 1, mostClients: 1))
                == .granted(number: 2, former: Tenure(broker: 0, number: 1))
        )
        #expect(directory.count == 1)
    }
}
