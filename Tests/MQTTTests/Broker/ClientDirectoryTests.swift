import Testing

@testable import MQTT
@testable import Support

@Suite("The directory of Clients")
struct ClientDirectoryTests {
    private func claim(_ clientIdentifier: String, by broker: Int) -> DirectoryRequest {
        .claim(
            Claim(
                broker: broker,
                connection: ConnectionIndex(value: 0),
                ticket: 1,
                clientIdentifier: .text(clientIdentifier),
                cleanStart: false
            )
        )
    }

    @Test("a claim names who had the Client, and every tenure has a number of its own")
    func claims() {
        var directory = ClientDirectory()
        let first = directory.answer(claim("a", by: 0))
        #expect(first?.former == nil)
        let second = directory.answer(claim("a", by: 1))
        #expect(second?.former == first.map { ClientDirectory.Tenure(broker: 0, number: $0.number) })
        let again = directory.answer(claim("a", by: 1))
        #expect(again?.former?.number == second?.number)
        #expect(again?.number != second?.number)
        let other = directory.answer(claim("b", by: 1))
        #expect(other?.former == nil)
        #expect(second?.clientCount == 1)
        #expect(other?.clientCount == 2)
        #expect(directory.count == 2)
    }

    @Test("only the tenure that there is can be released")
    func releases() throws {
        var directory = ClientDirectory()
        let answers = [directory.answer(claim("a", by: 0)), directory.answer(claim("a", by: 1))]
        let first = try #require(answers[0])
        let second = try #require(answers[1])
        let late = directory.answer(.release(.text("a"), number: first.number))
        #expect(late == nil)
        #expect(directory.count == 1)
        _ = directory.answer(.release(.text("a"), number: second.number))
        #expect(directory.count == 0)
        let fresh = directory.answer(claim("a", by: 0))
        #expect(fresh?.former == nil)
    }
}
