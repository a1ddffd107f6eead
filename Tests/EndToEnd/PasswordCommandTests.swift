import Foundation
import Testing

@testable import MQTT
@testable import Support

/// `tinymqtt passwd` in scripts.
@Suite("tinymqtt passwd")
struct PasswordCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private var file: String { folder.path("users") }

    private func run(_ arguments: [String], input: String? = nil) async throws -> ChildProcess.Transcript {
        try await ChildProcess.run(Peers.tinymqtt, ["passwd"] + arguments, input: input)
    }

    /// Whether the broker would let a user in.
    private func lets(_ userName: String, _ password: String) throws -> Bool {
        try PasswordFile.read(file).verify(userName: .text(userName), password: Array(password.utf8))
    }

    @Test(
        "makes each form, which the broker reads",
        arguments: [
            ([], "$argon2id$"), (["-H", "argon2id"], "$argon2id$"), (["-H", "sha512"], "$6$"),
            (["-H", "sha512-pbkdf2"], "$7$210000$"), (["-H", "sha512-pbkdf2", "-I", "7"], "$7$7$"),
            (["-I", "9"], "$7$9$"),
        ]
    )
    func forms(options: [String], beginning: String) async throws {
        let ended = try await run(options + ["-c", "-b", file, "ann", "sécret"])
        #expect(ended.status == 0)
        #expect(ended.output.isEmpty)
        #expect(ended.errorOutput.isEmpty)
        #expect(try folder.text("users").hasPrefix("ann:\(beginning)"))
        #expect(try lets("ann", "sécret"))
        #expect(try !lets("ann", "secret"))
        #expect(try folder.permissions("users") == 0o600)
        #expect(try folder.names == ["users"], "nothing is left behind")
    }

    @Test("adds, changes and takes away users, and keeps comments and the order")
    func changes() async throws {
        try folder.write("# ours\nann:old\n\nstray\nbob:$6$x\n", to: "users")
        #expect(try await run(["-b", file, "carl", "-c"]).status == 0)
        #expect(try await run(["-b", file, "ann", "new"]).status == 0)
        #expect(try await run(["-D", file, "bob"]).status == 0)
        let lines = try folder.text("users").split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.map { $0.prefix { $0 != ":" } } == ["# ours", "ann", "", "stray", "carl", ""])
        #expect(try lets("ann", "new"))
        #expect(try lets("carl", "-c"))
    }

    @Test("reads the password from two lines that are the same, and no more than those")
    func standardInput() async throws {
        #expect(try await run(["-c", file, "ann"], input: "secret\nsecret\nrest").status == 0)
        #expect(try lets("ann", "secret"))
        #expect(try await run([file, "bob"], input: "last line\nlast line").status == 0)
        #expect(try lets("bob", "last line"))
    }

    @Test(
        "what is no password twice",
        arguments: [
            ("", "no password"), ("secret\n", "only once"), ("secret\nother\n", "not the same"), ("\n\n", "is empty"),
        ]
    )
    func wrongInput(input: String, words: String) async throws {
        let ended = try await run(["-c", file, "ann"], input: input)
        #expect(ended.status == 1)
        #expect(ended.errorText.contains(words))
        #expect(ended.errorText.split(separator: "\n").count == 1)
        #expect(try folder.names == [])
    }

    @Test("-c - prints the line and touches no file")
    func printsLine() async throws {
        let ended = try await run(["-c", "-b", "-H", "sha512", "-", "ann", "secret"])
        #expect(ended.status == 0)
        try folder.write(ended.text, to: "users")
        #expect(try lets("ann", "secret"))
        #expect(!FileManager.default.fileExists(atPath: "-"))
    }

    @Test("-U hashes what is plain text and leaves the rest")
    func upgrade() async throws {
        try folder.write("# c\nann:plain:text\nbob:$5$is plain, too\n", to: "users")
        _ = try await run(["-b", "-H", "sha512", file, "carl", "old"])
        let carl = try folder.text("users").split(separator: "\n").last
        let ended = try await run(["-U", file])
        #expect(ended.status == 0)
        #expect(ended.errorText.contains("2 of the passwords were plain text"))
        #expect(ended.errorText.contains("1 were hashed in another form"))
        #expect(try lets("ann", "plain:text"))
        #expect(try lets("bob", "$5$is plain, too"))
        #expect(try folder.text("users").split(separator: "\n").last == carl)
        let again = try folder.text("users")
        #expect(try await run(["-U", file]).status == 0)
        #expect(try folder.text("users") == again)
    }

    @Test("-U of a file with a line that is wrong names the line and changes nothing")
    func upgradeOfWrongFile() async throws {
        let text = "ann:plain\nbob:$7$x$y$z\n"
        try folder.write(text, to: "users")
        let ended = try await run(["-U", file])
        #expect(ended.status == 1)
        #expect(ended.errorText.contains("\(file):2: "))
        #expect(try folder.text("users") == text)
    }

    @Test("many at once lose nobody")
    func together() async throws {
        try folder.write("", to: "users")
        let children = try (0..<12).map { number in
            try ChildProcess(Peers.tinymqtt, ["passwd", "-b", "-H", "sha512", file, "user\(number)", "secret"])
        }
        for child in children {
            #expect(try await child.waitForEnd().status == 0)
        }
        #expect(try PasswordFile.read(file).hashes.count == children.count)
        #expect(try folder.names == ["users"])
    }

    @Test("permissions stay, and who can read the hashes is told", arguments: [0o600, 0o640, 0o644])
    func permissions(mode: Int) async throws {
        try folder.write("", to: "users")
        try FileManager.default.setAttributes([.posixPermissions: NSNumber(value: mode)], ofItemAtPath: file)
        let ended = try await run(["-b", file, "ann", "secret"])
        #expect(ended.status == 0)
        #expect(try folder.permissions("users") == mode)
        #expect(ended.errorText.contains("chmod o-r \(file)") == (mode == 0o644))
    }

    @Test("the owner stays", .enabled(if: getuid() == 0, "only root gives files away"))
    func owner() async throws {
        try folder.write("", to: "users")
        try FileManager.default.setAttributes([.ownerAccountID: 1, .groupOwnerAccountID: 2], ofItemAtPath: file)
        #expect(try await run(["-b", file, "ann", "secret"]).status == 0)
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect(attributes[.ownerAccountID] as? Int == 1)
        #expect(attributes[.groupOwnerAccountID] as? Int == 2)
    }

    @Test("a symbolic link stays one, and one to nothing is refused")
    func symbolicLink() async throws {
        try folder.write("", to: "real")
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "real")
        #expect(try await run(["-b", file, "ann", "secret"]).status == 0)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: file) == "real")
        #expect(try folder.text("real").hasPrefix("ann:"))
        #expect(try lets("ann", "secret"))
        try FileManager.default.createSymbolicLink(atPath: folder.path("loose"), withDestinationPath: "none")
        let ended = try await run(["-c", "-b", folder.path("loose"), "ann", "secret"])
        #expect(ended.status == 1)
        #expect(ended.errorText.contains("symbolic link to a file that does not exist"))
    }

    @Test(
        "mistakes: one clear line, exit 1, and nothing is written",
        arguments: [
            (["-b", "FILE", "ann", "secret"], "there is no such file; -c begins a new one"),
            (["-D", "FILE", "ann"], "there is no such file"),
            (["-c", "-b", "FILE", "a:b", "secret"], "has a colon"),
            (["-c", "-b", "FILE", "", "secret"], "the user name is empty"),
            (["-c", "-b", "FILE", "#ann", "secret"], "begins with #"),
            (["-c", "-b", "FILE", " ann", "secret"], "begins or ends with a blank"),
            (["-c", "-b", "FILE", "a\nb", "secret"], "control character"),
            (["-c", "-b", "FILE", "ann", ""], "the password of ann is empty"),
            (["-c", "-b", "FILE/x", "ann", "secret"], "No such file or directory"),
            (["-c", "-b", "FOLDER", "ann", "secret"], "no regular file"),
            (["-c", "-b", "", "ann", "secret"], "the path of the file is empty"),
        ]
    )
    func mistakes(arguments: [String], words: String) async throws {
        let ended = try await run(
            arguments.map { $0.replacing("FILE", with: file).replacing("FOLDER", with: folder.path) }
        )
        #expect(ended.status == 1)
        #expect(ended.errorText.contains(words))
        #expect(ended.errorText.hasPrefix("tinymqtt passwd: "))
        #expect(ended.errorText.split(separator: "\n").count == 1)
        #expect(try folder.names == [])
    }

    @Test(
        "usage errors",
        arguments: [
            ([], "expected behind the options"), (["f"], "a file, a user"), (["f", "u", "p"], "a file, a user"),
            (["-b", "f", "u"], "a password"), (["-U", "f", "u"], "a file"),
            (["-c", "-D", "f", "u"], "exclude each other"),
            (["-U", "-D", "f"], "exclude each other"), (["-", "u"], "-c only"),
            (["--nonsense", "f", "u"], "--nonsense"),
            (["-H", "md5", "f", "u"], "md5"), (["-I", "0", "f", "u"], "allowed is 1 to 10000000"),
            (["-I", "10000001", "f", "u"], "allowed is"),
            (["-H", "argon2id", "-I", "5", "f", "u"], "sha512-pbkdf2 only"),
        ]
    )
    func usage(arguments: [String], words: String) async throws {
        let ended = try await run(arguments)
        #expect(ended.status == 1)
        #expect(ended.errorText.contains(words))
        #expect(ended.output.isEmpty)
    }

    @Test("an unknown user cannot be taken away")
    func unknownUser() async throws {
        try folder.write("ann:$6$x\n", to: "users")
        let ended = try await run(["-D", file, "bob"])
        #expect(ended.status == 1)
        #expect(ended.errorText.contains("there is no user bob"))
        #expect(try folder.text("users") == "ann:$6$x\n")
    }
}

/// Password files that wander between us and mosquitto.
@Suite(
    "Password files of mosquitto",
    .serialized,
    .enabled(
        if: Peers.hasMosquitto && Peers.path(of: "mosquitto_passwd") != nil,
        "mosquitto and mosquitto_passwd are not installed"
    )
)
struct MosquittoPasswordTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test("mosquitto_passwd's files are ours", arguments: ["sha512", "sha512-pbkdf2"])
    func theirs(hash: String) async throws {
        let file = folder.path("users")
        for (flags, user) in [(["-c", "-b"], "ann"), (["-b"], "bob")] {
            let made = try await ChildProcess.run(
                "mosquitto_passwd",
                ["-H", hash] + flags + [file, user, "pass \(user)"]
            )
            #expect(made.status == 0)
        }
        #expect(try await ChildProcess.run(Peers.tinymqtt, ["passwd", "-b", file, "carl", "pass carl"]).status == 0)
        let read = try PasswordFile.read(file)
        for user in ["ann", "bob", "carl"] {
            #expect(read.verify(userName: .text(user), password: Array("pass \(user)".utf8)))
            #expect(!read.verify(userName: .text(user), password: Array("pass".utf8)))
        }
    }

    @Test("our older forms are mosquitto's", arguments: [["-H", "sha512"], ["-I", "200"]])
    func ours(options: [String]) async throws {
        let file = folder.path("users")
        let made = try await ChildProcess.run(
            Peers.tinymqtt,
            ["passwd"] + options + ["-c", "-b", file, "ann", "sécret"]
        )
        #expect(made.status == 0)
        try FileManager.default.setAttributes([.posixPermissions: NSNumber(value: 0o644)], ofItemAtPath: file)
        try FileManager.default.setAttributes([.posixPermissions: NSNumber(value: 0o755)], ofItemAtPath: folder.path)
        // It changes the file of ours, too.
        #expect(try await ChildProcess.run("mosquitto_passwd", ["-b", file, "bob", "other"]).status == 0)
        let broker = try await RunningBroker.startMosquitto("allow_anonymous false\npassword_file \(file)\n")
        for (user, password, status) in [("ann", "sécret", 0), ("ann", "other", 5), ("bob", "other", 0)]
            as [(String, String, Int32)]
        {
            let ended = try await ChildProcess.run(
                "mosquitto_pub",
                [
                    "-h", "127.0.0.1", "-p", "\(broker.port)", "-u", user, "-P", password, "-t", "a", "-m", "x", "-V",
                    "311",
                ]
            )
            #expect(ended.status == status, "\(user) \(password)")
        }
        _ = try await broker.stop()
        #expect(try PasswordFile.read(file).verify(userName: .text("bob"), password: Array("other".utf8)))
    }
}
