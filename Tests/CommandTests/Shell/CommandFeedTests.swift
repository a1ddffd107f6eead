import Testing

@testable import tinymqtt

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What happens to messages for a command that does not read them.
@Suite("Messages for commands", .timeLimit(.minutes(1)))
struct CommandFeedTests {
    init() {
        signal(SIGPIPE, SIG_IGN)
    }

    @Test("a command that does not read holds up nobody, and what is too much is left out and told once")
    func slow() async throws {
        // It reads when it is told to, by the first line on its other input.
        let gate = try Gate()
        let command = try ChildCommand("read line </dev/fd/\(gate.readEnd); wc -c", hasInput: true, hasOutput: true)
        let feed = CommandFeed(command)
        let half = [UInt8](repeating: 0, count: CommandFeed.maximumByteCount / 2)
        var taken = 0
        var leftOut: [CommandFeed.Outcome] = []
        for _ in 0..<8 {
            let outcome = feed.offer(half)
            if outcome == .taken { taken += half.count } else { leftOut.append(outcome) }
        }
        // At most one piece is being written beside those that wait.
        #expect(taken <= CommandFeed.maximumByteCount * 2)
        #expect(leftOut.first == .leftOut(isFirst: true))
        #expect(leftOut.dropFirst().allSatisfy { $0 == .leftOut(isFirst: false) })
        feed.close()
        #expect(feed.offer(half) == .refused)
        gate.open()
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        await command.readOutput { continuation.yield($0) }
        continuation.finish()
        var text = ""
        for await line in lines { text += line }
        #expect(text.split { $0.isWhitespace } == ["\(taken)"])
        #expect(await command.waitForEnd() == 0)
    }

    @Test("a command that has gone takes nothing more")
    func gone() async throws {
        let command = try ChildCommand("exit 3", hasInput: true, hasOutput: false)
        #expect(await command.waitForEnd() == 3)
        let feed = CommandFeed(command)
        #expect(feed.offer([1]) == .taken)
        while feed.offer([1]) != .refused { await Task.yield() }
        feed.close()
    }

    /// A pipe whose reader waits until it is opened.
    private final class Gate {
        let readEnd: Int32
        private let writeEnd: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            // The function fills the two elements that are there.
            try #require(unsafe pipe(&ends) == 0)
            (readEnd, writeEnd) = (ends[0], ends[1])
            _ = fcntl(writeEnd, F_SETFD, FD_CLOEXEC)
        }

        deinit {
            close(readEnd)
            close(writeEnd)
        }

        func open() {
            // One byte is passed, and one is said to be there.
            _ = unsafe write(writeEnd, "\n", 1)
        }
    }
}
