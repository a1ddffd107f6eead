import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("The post office of several event loops")
struct PostOfficeTests {
    private let office = PostOffice(loopCount: 3)

    private func message(byteCount: Int) -> Mail {
        .message(StoredMessage(Publish("t", String(repeating: "x", count: byteCount)), expiry: nil))
    }

    /// Whose mail a loop has, by what was posted.
    private func fetch(_ loop: Int, isCall: Bool = false) -> [String] {
        var deliveries: [PostOffice.Delivery] = []
        office.fetch(loop, into: &deliveries, isCall: isCall)
        return deliveries.map { "\($0.sender):\($0.mail.count)" }
    }

    @Test("mail comes in the order in which it was posted, and the flag is up until it is fetched")
    func order() {
        #expect(!office.flag(of: 0).isRaised)
        office.post([(0, [.clock(1, isQuestion: true)]), (1, [.clock(1, isQuestion: true)])], from: 2)
        office.post([(0, [.clock(1, isQuestion: false), .clock(1, isQuestion: true)])], from: 1)
        #expect(office.flag(of: 0).isRaised && office.flag(of: 1).isRaised && !office.flag(of: 2).isRaised)
        #expect(fetch(0) == ["2:1", "1:2"])
        #expect(!office.flag(of: 0).isRaised && office.flag(of: 1).isRaised)
        #expect(fetch(0) == [])
        #expect(fetch(1) == ["2:1"])
    }

    @Test("a loop is called once until it comes, and again after")
    func calls() {
        let calls = Monitor(0)
        office.post([(1, [.clock(1, isQuestion: true)])], from: 0)
        office.open(1) { calls.update { $0 += 1 } }
        #expect(calls.value == 1, "for mail that was there before the loop")
        office.post([(1, [.clock(1, isQuestion: true)])], from: 0)
        #expect(calls.value == 1)
        // It finds its mail on the way to something else, which is not what it was called for.
        #expect(fetch(1) == ["0:1", "0:1"])
        office.post([(1, [.clock(1, isQuestion: true)])], from: 0)
        #expect(calls.value == 1)
        #expect(fetch(1, isCall: true) == ["0:1"])
        office.post([(1, [.clock(1, isQuestion: true)])], from: 0)
        #expect(calls.value == 2)
    }

    @Test(
        "where a loop does not keep up, publishers wait until it has fetched its mail, and then their loops are called"
    )
    func overload() {
        let calls = Monitor<[Int]>([])
        for loop in 0..<3 { office.open(loop) { calls.update { $0.append(loop) } } }
        let half = message(byteCount: PostOffice.mostWaitingBytes / 2)
        office.post([(1, [half])], from: 0)
        #expect(!office.isOverloaded(for: 0))
        office.post([(1, [half]), (2, [half, half])], from: 0)
        #expect(office.isOverloaded(for: 0))
        #expect(calls.value == [1, 2])
        _ = fetch(1, isCall: true)
        #expect(office.isOverloaded(for: 0), "another one is full as well")
        _ = fetch(2, isCall: true)
        #expect(!office.isOverloaded(for: 0))
        #expect(calls.value == [1, 2, 0])
    }

    @Test("small letters fill a mailbox as well, and long filters")
    func smallMail() throws {
        office.post([(1, Array(repeating: .clock(1, isQuestion: true), count: PostOffice.mostWaitingLetters))], from: 0)
        #expect(!office.isOverloaded(for: 0))
        office.post([(1, [.clock(1, isQuestion: true)])], from: 2)
        #expect(office.isOverloaded(for: 0))
        _ = fetch(1)
        #expect(!office.isOverloaded(for: 0))
        let filter = try #require(TopicFilter(.text(String(repeating: "x", count: 65_000))))
        let interest = Interest(filter: filter, sessionCount: 1, presentCount: 0)
        office.post([(1, Array(repeating: .interest(interest), count: 20))], from: 0)
        #expect(office.isOverloaded(for: 0))
    }

    @Test("what waits at each loop is added up, and all loops are called when it is no longer too much")
    func waiting() {
        let calls = Monitor<[Int]>([])
        for loop in 0..<3 { office.open(loop) { calls.update { $0.append(loop) } } }
        office.tellWaiting(change: 600, limit: 1_000)
        office.tellWaiting(change: 600, limit: 1_000)
        #expect(office.waitingByteCount == 1_200)
        #expect(calls.value == [])
        office.tellWaiting(change: -100, limit: 1_000)
        #expect(calls.value == [])
        office.tellWaiting(change: -100, limit: 1_000)
        #expect(calls.value == [0, 1, 2])
        office.tellWaiting(change: -500, limit: 1_000)
        #expect(calls.value == [0, 1, 2])
    }

    @Test("a closed one takes nothing and calls nobody")
    func close() {
        let calls = Monitor(0)
        office.post([(1, [.clock(1, isQuestion: true)])], from: 0)
        office.close()
        office.open(1) { calls.update { $0 += 1 } }
        office.post([(1, [.clock(1, isQuestion: true)])], from: 0)
        #expect(calls.value == 0)
        #expect(!office.flag(of: 1).isRaised)
        #expect(fetch(1) == [])
    }

    @Test("connections are counted together, and by listener")
    func connections() {
        #expect(office.admit(by: 1, limit: 2, listenerLimit: 1))
        #expect(!office.admit(by: 1, limit: 2, listenerLimit: 1))
        #expect(office.admit(by: 0, limit: 2, listenerLimit: 9))
        #expect(!office.admit(by: 0, limit: 2, listenerLimit: 9))
        office.dismiss(by: 1)
        #expect(office.admit(by: 1, limit: 2, listenerLimit: 1))
    }
}
