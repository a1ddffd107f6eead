import NIOCore
import NIOPosix
import Testing

@testable import MQTT
@testable import Support

@Suite("Password checker")
struct PasswordCheckerTests {
    /// The answers that a test has got.
    private typealias Answers = Monitor<[AuthenticationResult]>

    private static func file(_ userNames: [String], iterations: Int = 1) throws -> PasswordFile {
        var editor = PasswordFileEditor(path: "file")
        for userName in userNames {
            try editor.setPassword(Array("secret".utf8), of: userName, algorithm: .pbkdf2(iterations: iterations))
        }
        return try PasswordFile(TextFile(path: "file", bytes: editor.bytes))
    }

    private static func request(_ userName: String, _ password: String?, listener: Int = 0) -> AuthenticationRequest {
        AuthenticationRequest(
            connection: ConnectionIndex(value: 0),
            ticket: 1,
            listener: listener,
            clientIdentifier: .text("c"),
            userName: .text(userName),
            password: password.map { Array($0.utf8) }
        )
    }

    /// Runs `body` on an event loop with a checker, and stops the checker when as many answers are there as it says.
    private static func withChecker(
        _ files: [PasswordFile?],
        _ body: @escaping @Sendable (PasswordChecker, Monitor<[AuthenticationResult]>) -> Int
    ) async throws -> [AuthenticationResult] {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let answers = Answers([])
        let (checker, count) = try await eventLoop.submit {
            let checker = PasswordChecker(files: files, eventLoop: eventLoop)
            let count = body(checker, answers)
            // Nothing is answered before the turn is over.
            #expect(answers.value.isEmpty)
            return (NIOLoopBound(checker, eventLoop: eventLoop), count)
        }.get()
        let areThere = await answers.wait(within: ChildProcess.patience) { $0.count == count }
        #expect(areThere, "\(answers.value.count) of \(count) answers")
        try await eventLoop.flatSubmit { checker.value.stop() }.get()
        let isIdle = try await eventLoop.submit { checker.value.queuedRequestCount == 0 }.get()
        #expect(isIdle)
        return answers.value
    }

    @Test(
        "right and wrong passwords, by listener",
        arguments: [
            ("ann", "secret", 0, true), ("ann", "Secret", 0, false), ("ann", nil, 0, false),
            ("bob", "secret", 0, false),
            ("bob", "secret", 1, true), ("ann", "secret", 1, false), ("ann", "secret", 2, false),
            ("ann", "secret", 3, false), ("ann", "secret", -1, false),
        ] as [(String, String?, Int, Bool)]
    )
    func answers(userName: String, password: String?, listener: Int, isRight: Bool) async throws {
        let files = [try Self.file(["ann"]), try Self.file(["bob"]), nil]
        let answers = try await Self.withChecker(files) { checker, answers in
            checker.check(Self.request(userName, password, listener: listener)) { result in
                answers.update { $0.append(result) }
            }
            return 1
        }
        #expect(answers == [isRight ? .accepted : .badUserNameOrPassword])
    }

    @Test("beyond the bound it is busy, and takes questions again when some have been answered")
    func busy() async throws {
        let file = try Self.file(["ann"])
        let excess = 3
        let answers = try await Self.withChecker([file]) { checker, answers in
            for _ in 0..<PasswordChecker.maximumQueuedRequests + excess {
                checker.check(Self.request("ann", "secret")) { result in
                    answers.update { $0.append(result) }
                    guard answers.value.count == PasswordChecker.maximumQueuedRequests + excess else { return }
                    checker.check(Self.request("ann", "secret")) { result in answers.update { $0.append(result) } }
                }
            }
            return PasswordChecker.maximumQueuedRequests + excess + 1
        }
        #expect(answers.count { $0 == .busy } == excess)
        #expect(answers.count { $0 == .accepted } == PasswordChecker.maximumQueuedRequests + 1)
        #expect(answers.last == .accepted)
    }

    @Test("new users hold from the next question on; one that waits is answered by the old ones")
    func replacement() async throws {
        let (old, new) = (try Self.file(["ann"], iterations: 20_000), try Self.file(["bob"]))
        let answers = try await Self.withChecker([old]) { checker, answers in
            checker.check(Self.request("ann", "secret")) { result in
                answers.update { $0.append(result) }
                checker.check(Self.request("ann", "secret")) { result in answers.update { $0.append(result) } }
            }
            checker.replace(files: [new])
            return 2
        }
        #expect(answers == [.accepted, .badUserNameOrPassword])
    }
}
