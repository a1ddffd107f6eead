// Invariant: whatever stands in a password file, an access control file or a file of pre-shared keys, reading it returns
// or throws a ConfigurationError that names the file and one of its lines; a hash that is read is within its bounds and
// is written as the very same text; and what an access control file allows can be asked for any Client and topic.

import Testing

@testable import MQTT
@testable import Support

/// Fuzzes the files that say who may do what.
@Suite("Fuzzing files of users and rights")
struct SecurityFileFuzzTests {
    private static let salt = "AAECAwQFBgcICQoL"
    private static let key = "JqsxEv/ucyxjA5DKsQ+Y8CDWaQDNQI9FpAkmfwAqWfwZLk/JEGgM0EpylrJHAZKKyFQjJeZ3nFaHjPzOzPPmPw=="

    private static func corpus(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }

    /// Reads what a mutator makes of `corpus`; returns how many files were read and how many refused.
    private static func fuzz(
        _ target: String,
        _ corpus: [[UInt8]],
        read: (TextFile, inout SeededGenerator) throws -> Void
    ) -> (read: Int, refused: Int) {
        let settings = FuzzSettings(target: target)
        var mutator = Mutator(random: SeededGenerator(seed: settings.seed))
        var counts = (read: 0, refused: 0)
        for number in 0..<settings.inputCount {
            let bytes = mutator.mutate(mutator.random.pick(corpus), with: mutator.random.pick(corpus))
            let file = TextFile(path: "file", bytes: bytes)
            do {
                try read(file, &mutator.random)
                counts.read += 1
            } catch let error as ConfigurationError {
                counts.refused += 1
                let lineCount = file.lines.reduce(0) { count, _ in count + 1 }
                if error.file != "file" || !(1...lineCount).contains(error.line ?? 0) {
                    Issue.record("input \(number), \(bytes): \(error)")
                }
            } catch {
                Issue.record("input \(number), \(bytes): \(error)")
            }
        }
        let least = settings.inputCount / 50
        #expect(counts.read > least && counts.refused > least, "\(target): \(counts)")
        return counts
    }

    @Test("password files")
    func passwords() {
        let argon2 = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
        let corpus = Self.corpus([
            "ann:$6$\(Self.salt)$\(Self.key)\n", "bob:$7$101$\(Self.salt)$\(Self.key)\r\n", "carl:\(argon2)\n",
            "# c\n\nann:$7$1$\(Self.salt)$\(Self.key)\nbob:\(argon2)", "x\n", "é : $6$\(Self.salt)$\(Self.key)\n",
        ])
        _ = Self.fuzz("password files", corpus) { file, _ in
            for hash in try PasswordFile(file).hashes.values {
                let again = try? PasswordHash(Array(hash.text.utf8)[...])
                if again != hash || !file.bytes.contains(Array(hash.text.utf8)) {
                    Issue.record("\(file.bytes): written as \(hash.text)")
                }
                Self.checkBounds(hash)
            }
        }
    }

    private static func checkBounds(_ hash: PasswordHash) {
        #expect(PasswordHash.allowedSaltLength ~= hash.salt.count)
        #expect(PasswordHash.allowedKeyLength ~= hash.key.count)
        switch hash.algorithm.form {
        case .sha512: break
        case .pbkdf2(let iterations): #expect(PasswordHashAlgorithm.allowedIterations ~= iterations)
        case .argon2id(let cost):
            #expect(Argon2Cost.allowedMemory ~= cost.memory && cost.memory * cost.passes <= Argon2Cost.maximumWork)
        }
    }

    @Test("access control files")
    func accessControl() {
        let corpus = Self.corpus([
            "topic read a/+/b\nuser ann\ntopic deny a/#\npattern write %c/%u/#\n", "pattern deny $x/%u\ntopic #\n",
            "user a b\ntopic readwrite a b\r\n# c\n\ntopic a", "pattern %c\ntopic +/+\n",
        ])
        let topics = Self.corpus(["a", "a/b", "a/c/b", "$x/ann", "c/ann/x", "/", "ann", "a b", "c"])
        _ = Self.fuzz("access control files", corpus) { file, random in
            let list = try AccessControlList(file)
            let userName = random.pick([nil, "ann", "a b", ""]).map(UTF8String.text)
            let profile = list.profile(
                userName: userName,
                clientIdentifier: .text(random.pick(["c", "a/b", "$x", "#"]))
            )
            for topic in topics where profile.decision(.receive, topic.span) == .allowed {
                if !profile.mayReceiveSomething(matching: topic.span) {
                    Issue.record("\(file.bytes): \(topic) is allowed, and nothing can come of it")
                }
            }
        }
    }

    @Test("files of pre-shared keys")
    func preSharedKeys() {
        let corpus = Self.corpus([
            "a:00ff\nb:1234\n", "# c\n\nid entity:ABCDEF\r\n", "a:\n:1\nx\n", "é:0011223344\nA:99",
        ])
        _ = Self.fuzz("files of pre-shared keys", corpus) { file, _ in
            let keys = try PreSharedKeyFile(file).keys
            #expect(keys.values.allSatisfy { 1...PreSharedKeyFile.maximumKeyLength ~= $0.count })
        }
    }
}
