import Testing

@testable import MQTT
@testable import Support

private let malformedFiles = [
    MalformedFile("a:1\n", 1, "even number of hexadecimal digits"),
    MalformedFile("# c\na:0g\n", 2, "hexadecimal"),
    MalformedFile("a:0x12\n", 1, "hexadecimal"),
    MalformedFile("a:12 34\n", 1, "hexadecimal"),
    MalformedFile("a:12:34\n", 1, "hexadecimal"),
    MalformedFile("a:é1\n", 1, "hexadecimal"),
    MalformedFile("b:12\na:\(String(repeating: "00", count: 257))\n", 2, "longer than 256 bytes"),
    MalformedFile([0xC0] + Array(":12\n".utf8), 1, "UTF-8"),
    MalformedFile("\(String(repeating: "i", count: 129)):12\n", 1, "at most 128 bytes"),
    MalformedFile("a\u{0}:12\n", 1, "UTF-8"),
]

@Suite("Files of pre-shared keys")
struct PreSharedKeyFileTests {
    @Test("what is wrong is named with its line", arguments: malformedFiles)
    func malformed(file: MalformedFile) {
        let error = #expect(throws: ConfigurationError.self) { try PreSharedKeyFile(file.textFile) }
        #expect(file.fault(of: error) == nil)
    }

    @Test("keys in either case; what is said twice or not at all is left out with a notice")
    func keys() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            """
            # identities
            a:00fF10
             b c : 1234\r

            a:99
            d:
            :12
            word
            """,
            to: "keys"
        )
        let file = try PreSharedKeyFile.read(path)
        #expect(file.keys == ["a": [0x00, 0xFF, 0x10], "b c": [0x12, 0x34]])
        #expect(file.key(of: "a") == [0x00, 0xFF, 0x10])
        #expect(file.key(of: "d") == nil)
        #expect(file.notices.map(\.line) == [5, 6, 7, 8])
        #expect(file.notices.allSatisfy { $0.file == path })
    }

    @Test("notices end where they would tell nothing new")
    func noticeLimit() throws {
        let lines = String(repeating: "word\n", count: PreSharedKeyFile.maximumNoticeCount + 10)
        let file = try PreSharedKeyFile(TextFile(path: "file", bytes: Array(lines.utf8)))
        #expect(file.notices.count == PreSharedKeyFile.maximumNoticeCount)
    }
}
