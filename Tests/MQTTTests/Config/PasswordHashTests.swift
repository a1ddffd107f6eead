import Testing

@testable import MQTT
@testable import Support

/// A hash that another program has made.
private struct KnownHash: Sendable, CustomTestStringConvertible {
    let maker: String
    let password: String
    let text: String

    var testDescription: String { "\(maker): \(text.prefix(24))" }
}

private let shortSalt = "AAECAwQFBgcICQoL"
private let longSalt =
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw=="

private let knownHashes = [
    KnownHash(
        maker: "mosquitto_passwd 2.0",
        password: "pässword",
        text: "$6$CNuieH0A23JJ6Em8$"
            + "WCOgd++NZZU5KzcVs/LQMPpv+W4q7s0qK5tbptUhlow6fQPO9t8Hl7ZMbEXxDVQYncuKxgWR1m/3NR0JYeQMzQ=="
    ),
    KnownHash(
        maker: "mosquitto_passwd 2.0",
        password: "pässword",
        text: "$7$101$AQlCAcHThEPzx1PW$"
            + "OxG+uZXzxV5vVL8CbNYJgWR4HhG+fwfqsU9XutdJBzr/UIqtSESyyXU50z2n5/P1Mt/muDs5333uQ7/o8x3GDw=="
    ),
    KnownHash(
        maker: "mosquitto_passwd 2.0 -I",
        password: "x y:z",
        text: "$7$1000$iI9cWFeu8S0Rkm5m$"
            + "EKN3hiLK/PdiX9PSi6ueDyweARaPQB/D9H4aMyOYaQ/+QVU/W+3Am2nx2BW33eu/4obAuD/zMQOxGF1b2Pj8Bw=="
    ),
    KnownHash(
        maker: "Python's hashlib",
        password: "secret",
        text: "$6$\(shortSalt)$"
            + "JqsxEv/ucyxjA5DKsQ+Y8CDWaQDNQI9FpAkmfwAqWfwZLk/JEGgM0EpylrJHAZKKyFQjJeZ3nFaHjPzOzPPmPw=="
    ),
    KnownHash(
        maker: "Python's hashlib",
        password: "secret",
        text: "$6$\(longSalt)$"
            + "wEYf8F4/yHDmlCt3YmMXwFi//Ux0IOce8NucN+r/9QAuqoVaYz7SU9131YSsyqLHn9NUpM/F4yTaDANhOFpYTQ=="
    ),
    KnownHash(
        maker: "Python's hashlib",
        password: "secret",
        text: "$7$1$\(shortSalt)$"
            + "uPgYlNSj48MQgAtbD9l4ctE/0+jXazzikaLCc8HFXmTrANnrCPboYykko+EuPyWS0uQezlDWCUTiHvjxrkjA7g=="
    ),
    KnownHash(
        maker: "Python's hashlib",
        password: "secret",
        text: "$7$1000$\(longSalt)$"
            + "j5aX3DstWRgO5cjjfvKvsf7Z/KK812T4wGDMih+DCHQg8P7++fmj4sZcMp1smkEafZL0QZ29tE5ezahL/nyffw=="
    ),
    KnownHash(
        maker: "Python's hashlib",
        password: "",
        text: "$7$10$\(shortSalt)$"
            + "VzvPibIVQqS2hG5yCJx4M0ahu/8veZSmnDDQYogbnjY6M2SPwXNr+jBpPVY1txbIRVrFJIx2I7/OZPmc0YFaJQ=="
    ),
    KnownHash(
        maker: "the test vectors of Argon2",
        password: "password",
        text: "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
    ),
    KnownHash(
        maker: "the test vectors of Argon2",
        password: "password",
        text: "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"
    ),
]

@Suite("Password hashes")
struct PasswordHashTests {
    @Test("hashes that others made: read, written again, and right for their password alone", arguments: knownHashes)
    private func known(hash: KnownHash) throws {
        let read = try PasswordHash(Array(hash.text.utf8)[...])
        #expect(read.text == hash.text)
        #expect(read.matches(Array(hash.password.utf8)))
        #expect(!read.matches(Array("\(hash.password)x".utf8)))
        #expect(!read.matches(Array("Secret".utf8)))
        #expect(hash.password.isEmpty || !read.matches([]))
    }

    @Test(
        "hashes of our own are read again, have a salt of their own, and fit their password alone",
        arguments: [PasswordHashAlgorithm.sha512, .pbkdf2(iterations: 2), .argon2id]
    )
    func roundTrip(algorithm: PasswordHashAlgorithm) throws {
        let password = Array("p\u{0}\u{FF}".utf8)
        let hash = try #require(PasswordHash(of: password, by: algorithm))
        let again = try PasswordHash(Array(hash.text.utf8)[...])
        #expect(again == hash)
        #expect(again.matches(password))
        #expect(!again.matches(password.dropLast() + [0]))
        #expect(PasswordHash(of: password, by: algorithm)?.salt != hash.salt)
    }

    @Test("the cost of Argon2 is that of mosquitto 2.1, with 64 bytes of salt and hash")
    func argon2Defaults() throws {
        let hash = try #require(PasswordHash(of: [1], by: .argon2id))
        #expect(hash.text.hasPrefix("$argon2id$v=19$m=47104,t=1,p=1$"))
        #expect(hash.salt.count == 64)
        #expect(hash.key.count == 64)
    }

    @Test("iterations beyond what is allowed are brought within")
    func iterations() {
        #expect(PasswordHashAlgorithm.pbkdf2(iterations: 0) == .pbkdf2(iterations: 1))
        #expect(PasswordHashAlgorithm.pbkdf2(iterations: .max) == .pbkdf2(iterations: 10_000_000))
    }

    @Test(
        "Base64 of RFC 4648, section 10, with and without padding",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"), ("\u{F3}>?", "w7M+Pw=="),
        ]
    )
    func base64(plain: String, encoded: String) {
        let bytes = Array(plain.utf8)
        let unpadded = encoded.filter { $0 != "=" }
        #expect(Base64.encode(bytes, padding: .full) == encoded)
        #expect(Base64.encode(bytes, padding: .none) == unpadded)
        #expect(Base64.decode(encoded.utf8, padding: .full) == bytes)
        #expect(Base64.decode(unpadded.utf8, padding: .none) == bytes)
        #expect(encoded == unpadded || Base64.decode(encoded.utf8, padding: .none) == nil)
        #expect(encoded == unpadded || Base64.decode(unpadded.utf8, padding: .full) == nil)
    }

    @Test(
        "what is no Base64 is refused, also with bits that belong to no byte",
        arguments: ["Z", "Zg=", "Zg===", "Zh==", "Zm9=", "====", "=Zg=", "Zm 9", "Zm-_", "Zg==Zg==", "Zm9v\n"]
    )
    func noBase64(text: String) {
        #expect(Base64.decode(text.utf8, padding: .full) == nil)
    }
}
