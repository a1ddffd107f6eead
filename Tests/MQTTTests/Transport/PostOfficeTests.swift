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
        #expect(!office.flag(of: 0).hasMail)
        office.post([(0, [.overloaded(true)]), (1, [.overloaded(true)])], from: 2)
        office.post([(0, [.overloaded(false), .overloaded(true)])], from: 1)
        #expect(office.flag(of: 0).hasMail && office.flag(of: 1).hasMail && !office.flag(of: 2).hasMail)
        #expect(fetch(0) == ["2:1", "1:2"])
        #expect(!office.flag(of: 0).hasMail && office.flag(of: 1).hasMail)
        #expect(fetch(0) == [])
        #expect(fetch(1) == ["2:1"])
    }

    @Test("a loop is called once until it comes, and again after")
    func calls() {
        let calls = Monitor(0)
        office.post([(1, [.overloaded(true)])], from: 0)
        office.open(1) { calls.update { $0 += 1 } }
        #expect(calls.value == 1, "for mail that was there before the loop")
        office.post([(1, [.overloaded(true)])], from: 0)
        #expect(calls.value == 1)
        // It finds its mail on the way to something else, which is not what it was called for.
        #expect(fetch(1) == ["0:1", "0:1"])
        office.post([(1, [.overloaded(true)])], from: 0)
        #expect(calls.value == 1)
        #expect(fetch(1, isCall: true) == ["0:1"])
        office.post([(1, [.overloaded(true)])], from: 0)
        #expect(calls.value == 2)
    }

    @Test("where a loop does not keep up, publishers wait until it has fetched its mail, and then all loops are called")
    func overload() {
        let calls = Monitor<[Int]>([])
        for loop in 0..<3 { office.open(loop) { calls.update { $0.append(loop) } } }
        let half = message(byteCount: PostOffice.mostWaitingBytes / 2)
        office.post([(1, [half])], from: 0)
        #expect(!office.isOverloaded)
        office.post([(1, [half]), (2, [half, half])], from: 0)
        #expect(office.isOverloaded)
        #expect(calls.value == [1, 2])
        _ = fetch(1, isCall: true)
        #expect(office.isOverloaded, "another one is full as well")
        _ = fetch(2, isCall: true)
        #expect(!office.isOverloaded)
        #expect(calls.value == [1, 2, 0, 1, 2])
    }

    @Test("a closed one takes nothing and calls nobody")
    func close() {
        let calls = Monitor(0)
        office.post([(1, [.overloaded(true)])], from: 0)
        office.close()
        office.open(1) { calls.update { $0 += 1 } }
        office.post([(1, [.overloaded(true)])], from: 0)
        #expect(calls.value == 0)
        #expect(!office.flag(of: 1).hasMail)
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
