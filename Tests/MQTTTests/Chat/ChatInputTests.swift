import Testing

@testable import MQTT
@testable import Support

@Suite("Chat input and history file")
struct ChatInputTests {
    @Test("what a line means to a person and to a program")
    func lines() throws {
        let bob = try ParticipantName("bob")
        let rows: [(String, ChatInput)] = [
            ("hello", .say("hello")), ("  ", .nothing), ("", .nothing), ("/help", .help), ("/users", .users),
            ("/history", .history), ("/quit", .quit), ("/me waves", .say("/me waves")), ("//x", .say("/x")),
            ("/msg bob how are you", .tell(bob, "how are you")),
        ]
        for (line, input) in rows {
            #expect(ChatInput(line, isTyped: true) == input)
            #expect(ChatInput(line, isTyped: false) == input)
        }
        for line in ["/msg", "/msg bob", "/msg a+b x", "/me"] {
            guard case .problem = ChatInput(line, isTyped: true) else {
                Issue.record("\(line) is no problem")
                continue
            }
        }
        #expect(ChatInput("/usr/bin", isTyped: false) == .say("/usr/bin"))
        guard case .problem = ChatInput("/usr/bin", isTyped: true) else {
            Issue.record("an unknown command is said")
            return
        }
    }

    @Test("commands and names are completed")
    func completions() throws {
        let users = try ["ann", "bob", "bert"].map { try ParticipantName($0) }
        #expect(ChatInput.completions(of: "/m", users: users) == ["/msg", "/me"])
        #expect(ChatInput.completions(of: "/msg b", users: users) == ["bob", "bert"])
        #expect(ChatInput.completions(of: "a", users: users) == ["ann"])
        #expect(ChatInput.completions(of: "hello ", users: users) == ["ann", "bob", "bert"])
    }

    @Test("the history file keeps the latest, survives, and is no broker's store")
    func file() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("history.db")
        let first = ChatHistoryFile(path)
        for number in 1...10 {
            let message = ChatMessage(
                user: try .make("ann"),
                text: "\(number)\u{1B}",
                timestamp: "2026-11-21T10:30:00Z"
            )
            try await first.append(message, limit: 4)
        }
        #expect(try await first.messages(limit: 4).map(\.text) == (7...10).map { "\($0)\u{1B}" })
        await #expect(throws: ChatHistoryFile.Failure.self) { try await ChatHistoryFile(path).messages(limit: 4) }
        await #expect(throws: ChatHistoryFile.Failure.self) {
            try await ChatHistoryFile(folder.path("none/history.db")).messages(limit: 4)
        }
        let text = try folder.write(
            "no database, and long enough to look like one \(String(repeating: "x", count: 100))",
            to: "text"
        )
        await #expect(throws: ChatHistoryFile.Failure.self) { try await ChatHistoryFile(text).messages(limit: 4) }
    }

    @Test("a file that was closed is read again, and is refused as the store of a broker")
    func reopening() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("history.db")
        try await write(to: path)
        #expect(try await ChatHistoryFile(path).messages(limit: 50).map(\.text) == ["kept"])
        #expect(throws: StoreError.self) { try StoreFile(path) }
    }

    private func write(to path: String) async throws {
        let file = ChatHistoryFile(path)
        try await file.append(ChatMessage(user: try .make("ann"), text: "kept", timestamp: nil), limit: 50)
    }
}
