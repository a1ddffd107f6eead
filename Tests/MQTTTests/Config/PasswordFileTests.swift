import Testing

@testable import MQTT
@testable import Support

/// `secret`, in the forms of a password file.
private enum Secret {
    static let key =
        "JqsxEv/ucyxjA5DKsQ+Y8CDWaQDNQI9FpAkmfwAqWfwZLk/JEGgM0EpylrJHAZKKyFQjJeZ3nFaHjPzOzPPmPw=="
    static let salt = "AAECAwQFBgcICQoL"
    static let sha512 = "$6$\(salt)$\(key)"
    static let pbkdf2 =
        "$7$1$\(salt)$"
        + "uPgYlNSj48MQgAtbD9l4ctE/0+jXazzikaLCc8HFXmTrANnrCPboYykko+EuPyWS0uQezlDWCUTiHvjxrkjA7g=="
    /// A hash of Argon2 that is well formed, for some cost.
    static func argon2(_ cost: String, version: String = "v=19$") -> String {
        "$argon2id$\(version)\(cost)$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
    }
}

private let malformedFiles = [
    // User names.
    MalformedFile(":\(Secret.sha512)\n", 1, "no user name"),
    MalformedFile("# c\n\n  :\(Secret.sha512)\n", 3, "no user name"),
    MalformedFile([0xFF] + Array(":\(Secret.sha512)\n".utf8), 1, "UTF-8"),
    MalformedFile("a\u{0}b:\(Secret.sha512)\n", 1, "UTF-8"),
    MalformedFile("\(String(repeating: "a", count: 65_536)):\(Secret.sha512)\n", 1, "UTF-8"),
    MalformedFile("a:\(Secret.sha512)\nb:\(Secret.sha512)\na:\(Secret.sha512)", 3, "a has a password already"),
    MalformedFile("a:\(Secret.sha512)\n a :\(Secret.pbkdf2)\n", 2, "a has a password already"),
    // No hash.
    MalformedFile("a:\n", 1, "a has no password; give one with: tinymqtt passwd file a"),
    MalformedFile("# c\r\na:  \r\n", 2, "has no password"),
    MalformedFile("a:b\n", 1, "tinymqtt passwd -U file"),
    MalformedFile("a:x:y\n", 1, "plain text"),
    MalformedFile("a:$5$abc$def\n", 1, "plain text"),
    MalformedFile("a:$1$abc$def\n", 1, "begins with $6$, $7$ or $argon2id$"),
    MalformedFile("a: 6$\(Secret.salt)$\(Secret.key)\n", 1, "plain text"),
    MalformedFile("ok:\(Secret.sha512)\na:$y$j9T$abc\n", 2, "plain text"),
    // SHA-512.
    MalformedFile("a:$6$\n", 1, "$6$SALT$HASH"),
    MalformedFile("a:$6$x\n", 1, "$6$SALT$HASH"),
    MalformedFile("a:$6$$\n", 1, "salt has 8 to 64 bytes, here 0"),
    MalformedFile("a:$6$!$\(Secret.key)\n", 1, "the salt is not Base64"),
    MalformedFile("a:$6$YWJjZGVmZw==$\(Secret.key)\n", 1, "here 7"),
    MalformedFile("a:$6$\(Secret.salt)$\n", 1, "hash has 64 bytes in this form, here 0"),
    MalformedFile("a:$6$\(Secret.salt)$????\n", 1, "the hash is not Base64"),
    MalformedFile("a:$6$\(Secret.salt)$YWJj\n", 1, "here 3"),
    MalformedFile("a:\(Secret.sha512)$\n", 1, "$6$SALT$HASH"),
    MalformedFile("a:\(Secret.sha512)x\n", 1, "the hash is not Base64"),
    MalformedFile("a:$6$\(String(repeating: "AAAA", count: 22))$\(Secret.key)\n", 1, "here 66"),
    // PBKDF2.
    MalformedFile("a:$7$\n", 1, "$7$ITERATIONS$SALT$HASH"),
    MalformedFile("a:$7$\(Secret.salt)$\(Secret.key)\n", 1, "$7$ITERATIONS$SALT$HASH"),
    MalformedFile("a:$7$0$\(Secret.salt)$\(Secret.key)\n", 1, "number of iterations is ‘0’; allowed is 1 to 10000000"),
    MalformedFile("a:$7$-1$\(Secret.salt)$\(Secret.key)\n", 1, "allowed is 1 to 10000000"),
    MalformedFile("a:$7$+1$\(Secret.salt)$\(Secret.key)\n", 1, "allowed is 1 to 10000000"),
    MalformedFile("a:$7$01$\(Secret.salt)$\(Secret.key)\n", 1, "‘01’"),
    MalformedFile("a:$7$$\(Secret.salt)$\(Secret.key)\n", 1, "number of iterations is ‘’"),
    MalformedFile("a:$7$10000001$\(Secret.salt)$\(Secret.key)\n", 1, "number of iterations is ‘10000001’"),
    MalformedFile("a:$7$99999999999999999999999$\(Secret.salt)$\(Secret.key)\n", 1, "allowed is 1 to 10000000"),
    MalformedFile("a:$7$1e3$\(Secret.salt)$\(Secret.key)\n", 1, "‘1e3’"),
    MalformedFile("a:$7$101$\(Secret.salt)$YWJj\n", 1, "here 3"),
    MalformedFile("b:\(Secret.pbkdf2)\na:\(Secret.pbkdf2)$\n", 2, "$7$ITERATIONS$SALT$HASH"),
    // Argon2.
    MalformedFile("a:$argon2id$\n", 1, "$argon2id$v=19$m=…,t=…,p=…$SALT$HASH"),
    MalformedFile("a:$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65\n", 1, "only $argon2id$ is known"),
    MalformedFile("a:\(Secret.argon2("m=256,t=2,p=1", version: "v=20$"))\n", 1, "version of Argon2 is 19 or 16"),
    MalformedFile("a:\(Secret.argon2("m=256,t=2"))\n", 1, "m=MEMORY,t=PASSES,p=LANES"),
    MalformedFile("a:\(Secret.argon2("t=2,m=256,p=1"))\n", 1, "m=MEMORY,t=PASSES,p=LANES"),
    MalformedFile("a:\(Secret.argon2("m=7,t=2,p=1"))\n", 1, "memory in KiB is ‘7’; allowed is 8 to 1048576"),
    MalformedFile("a:\(Secret.argon2("m=104857600,t=1,p=1"))\n", 1, "allowed is 8 to 1048576"),
    MalformedFile("a:\(Secret.argon2("m=4294967296,t=1,p=1"))\n", 1, "allowed is 8 to 1048576"),
    MalformedFile("a:\(Secret.argon2("m=256,t=0,p=1"))\n", 1, "number of passes is ‘0’; allowed is 1 to 64"),
    MalformedFile("a:\(Secret.argon2("m=256,t=65,p=1"))\n", 1, "number of passes is ‘65’"),
    MalformedFile(
        "a:\(Secret.argon2("m=1048576,t=9,p=1"))\n",
        1,
        "memory times the number of passes is at most 8388608"
    ),
    MalformedFile("a:\(Secret.argon2("m=256,t=2,p=0"))\n", 1, "number of lanes is ‘0’; allowed is 1 to 16"),
    MalformedFile("a:\(Secret.argon2("m=256,t=2,p=17"))\n", 1, "number of lanes is ‘17’"),
    MalformedFile("a:\(Secret.argon2("m=31,t=2,p=4"))\n", 1, "8 KiB for each lane"),
    MalformedFile("a:\(Secret.argon2("m=256,t=2,p=1"))==\n", 1, "the hash is not Base64"),
    MalformedFile("a:$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbA$nf65EOgLrQMR/uIPnA4rEg\n", 1, "here 7"),
    MalformedFile("a:$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$YWJj\n", 1, "hash has 16 to 64 bytes, here 3"),
]

@Suite("Password files")
struct PasswordFileTests {
    private static func read(_ text: String) throws -> PasswordFile {
        try PasswordFile(TextFile(path: MalformedFile.name, bytes: Array(text.utf8)))
    }

    @Test("what is wrong is named with its line, and the password is not shown", arguments: malformedFiles)
    func malformed(file: MalformedFile) {
        let error = #expect(throws: ConfigurationError.self) { try PasswordFile(file.textFile) }
        #expect(file.fault(of: error) == nil)
        #expect(error?.problem.contains("x:y") == false)
    }

    @Test("the table has enough rows")
    func malformedCount() {
        #expect(malformedFiles.count >= 40)
    }

    @Test("comments, blank lines, blanks, carriage returns and a byte order mark do no harm; a bare word is left out")
    func tolerated() throws {
        let file = try Self.read(
            """
            \u{FEFF}# a comment: with a colon
              # another: one\r
            \r

            one:\(Secret.sha512)\r
            \t two words \t: \(Secret.pbkdf2) \t
            nobody
            ünicode:\(Secret.argon2("m=256,t=2,p=1"))
            """
        )
        #expect(Set(file.hashes.keys) == [.text("one"), .text("two words"), .text("ünicode")])
        #expect(file.verify(userName: .text("one"), password: Array("secret".utf8)))
        #expect(file.verify(userName: .text("two words"), password: Array("secret".utf8)))
        #expect(file.verify(userName: .text("ünicode"), password: Array("password".utf8)))
        #expect(file.notices.map(\.line) == [7])
    }

    @Test("only the password of the user itself lets in")
    func verify() throws {
        let file = try Self.read("a:\(Secret.sha512)\nb:\(Secret.pbkdf2)\n")
        for name in ["a", "b"] {
            #expect(file.verify(userName: .text(name), password: Array("secret".utf8)))
            #expect(!file.verify(userName: .text(name), password: Array("Secret".utf8)))
            #expect(!file.verify(userName: .text(name), password: []))
            #expect(!file.verify(userName: .text(name), password: nil), "no password was sent")
        }
        #expect(!file.verify(userName: .text("A"), password: Array("secret".utf8)))
        #expect(!file.verify(userName: .text(""), password: Array("secret".utf8)))
        #expect(!PasswordFile().verify(userName: .text("a"), password: Array("secret".utf8)))
    }

    @Test("an unknown user costs about what a known one does: the work of the form that most have")
    func decoy() throws {
        let costly = Secret.pbkdf2.replacing("$7$1$", with: "$7$100000$")
        let file = try Self.read("a:\(costly)\nb:\(costly)\nc:\(Secret.sha512)\n")
        let clock = ContinuousClock()
        func cost(_ name: String) -> Duration {
            // The least of several, because the machine does other things as well.
            (0..<5).map { _ in clock.measure { _ = file.verify(userName: .text(name), password: [1]) } }.min() ?? .zero
        }
        let (known, unknown, cheap) = (cost("a"), cost("nobody"), cost("c"))
        #expect(unknown > known / 4 && unknown < known * 4, "\(unknown), \(known)")
        #expect(cheap < unknown / 4, "the test cannot tell: \(cheap), \(unknown)")
    }

    @Test("a file that cannot be read, and one that is too large")
    func unreadable() throws {
        let folder = try TemporaryFolder()
        let missing = #expect(throws: ConfigurationError.self) { try PasswordFile.read(folder.path("none")) }
        #expect(missing?.file == folder.path("none"))
        #expect(missing?.problem == "cannot be opened: No such file or directory")
        let directory = #expect(throws: ConfigurationError.self) { try PasswordFile.read(folder.path) }
        #expect(directory?.problem == "cannot be read: Is a directory")
        let large = try folder.write(String(repeating: "\n", count: 100), to: "large")
        let error = #expect(throws: ConfigurationError.self) { try TextFile(reading: large, maximumSize: 99) }
        #expect(error?.problem.contains("larger than the 99 bytes") == true)
        #expect(try TextFile(reading: large, maximumSize: 100).lines.map(\.number).count == 100)
    }
}
