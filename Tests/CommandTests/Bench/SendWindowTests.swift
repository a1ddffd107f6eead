import Testing

@testable import tinymqtt

/// How far publishers run ahead, and when messages are due.
@Suite("The window and the schedule of a benchmark")
struct SendWindowTests {
    @Test(
        "no more messages are on their way than the window has, and nearly as many",
        arguments: [(1, 1), (2, 2), (3, 3), (4, 4), (7, 7), (10, 10), (400, 400), (1_001, 1_000)]
    )
    func size(window: Int, limit: UInt64) {
        #expect(SendWindow(size: window, receiverCount: 1).limit == limit)
    }

    @Test("it follows the slowest receiver")
    func slowest() {
        var window = SendWindow(size: 8, receiverCount: 3)
        #expect(window.segmentSize == 2)
        let twoOfThree = [window.passed(0..<3), window.passed(0..<1)]
        #expect(twoOfThree == [false, false])
        #expect(window.limit == 8)
        let third = window.passed(0..<2)
        #expect(third)
        #expect(window.limit == 10, "the second has passed one segment only")
        let secondAgain = window.passed(1..<2)
        #expect(secondAgain)
        #expect(window.limit == 12)
    }

    @Test("a long way goes on and on, and the window is never exceeded")
    func longWay() {
        var window = SendWindow(size: 8, receiverCount: 2)
        for segment in UInt64(0)..<1_000 {
            #expect(window.limit == segment * 2 + 8)
            let moves = [window.passed(segment..<(segment + 1)), window.passed(segment..<(segment + 1))]
            #expect(moves == [false, true])
        }
    }

    @Test("segments that nobody has sent, or that are over, change nothing")
    func wild() {
        var window = SendWindow(size: 4, receiverCount: 1)
        let moves = [window.passed(0..<1), window.passed(0..<1), window.passed(5..<(1 << 40))]
        #expect(moves == [true, false, false])
        #expect(window.limit == 5)
        // Those of a range that are on their way count.
        let move = window.passed(1..<(1 << 40))
        #expect(move)
        #expect(window.limit == 9)
    }

    @Test("a gate lets pass what the window allows, holds the rest, and opens at the end")
    func gate() async {
        let gate = WindowGate(SendWindow(size: 4, receiverCount: 1))
        #expect(await gate.wait(for: 3) == 4)
        async let next = gate.wait(for: 4)
        gate.passed(0..<2)
        #expect(await next == 6)
        async let last = gate.wait(for: 100)
        gate.open()
        #expect(await last == .max)
    }

    @Test("messages are due at a fixed rate, whoever's turn it is")
    func schedule() {
        let schedule = SendSchedule(start: 5_000, rate: 1_000, publisherCount: 4)
        let due = (0..<8).map { schedule.due(publisher: $0 % 4, sequence: UInt64($0 / 4)) }
        #expect(due == (0..<8).map { 5_000 + UInt64($0) * 1_000_000 })
        let slow = SendSchedule(start: 0, rate: 0.5, publisherCount: 1)
        #expect(slow.due(publisher: 0, sequence: 3) == 6_000_000_000)
        // Far beyond the end of the clock is late, and no trap.
        let never = SendSchedule(start: 0, rate: 0.01, publisherCount: 60_000)
        #expect(never.due(publisher: 0, sequence: 1_000_000_000) > 1 << 60)
    }
}
