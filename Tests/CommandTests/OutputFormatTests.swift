import NIOCore
import Testing

@testable import MQTT
@testable import Support
@testable import tinymqtt

@Suite("Output formats")
struct OutputFormatTests {
    /// A message with everything in it.
    static func message() throws -> ReceivedMessage {
        try .make(
            "long/tópic",
            ByteBuffer(string: "hello wörld"),
            qos: .atLeastOnce,
            retain: true,
            packetIdentifier: 7,
            properties: .full,
            subscriptionIdentifiers: [9, 10]
        )
    }

    @Test(
        "every field, with its width, flags and precision",
        arguments: [
            ("%t|%p|%l|%m|%q|%r", "long/tópic|hello wörld|12|7|1|1"),
            ("%x %X", "68656c6c6f2077c3b6726c64 68656C6C6F2077C3B6726C64"),
            ("%A|%C|%D|%E|%F|%P|%R|%S", #"|text/plain|a"b|1000|1|k:v k2:v 2 k:v3|re/ply|9"#),
            (
                "[%20t][%-20t][%3t][%.3t][%20.3t][%020t][%.0t]",
                "[         long/tópic][long/tópic         ][long/tópic][lon][                 lon][         long/tópic][]"
            ),
            (
                "[%20p][%-20p][%3p][%.3p][%020p][%-020p]",
                "[        hello wörld][hello wörld        ][hel][hello wörld][00000000hello wörld][hello wörld        ]"
            ),
            ("[%5l][%-5l][%05l][%-05l][%.3l]", "[   12][12   ][00012][12   ][12]"),
            ("[%5q][%05q][%5r]", "[1][1][1]"),
            ("[%5A][%05A][%-5A]", "[     ][00000][     ]"),
            (
                "[%20C][%-20C][%020C][%.3C][%10.3C]",
                "[          text/plain][text/plain          ][          text/plain][tex][       tex]"
            ),
            ("[%20D][%.1D][%50P]", #"[a"b][a"b][k:v k2:v 2 k:v3]"#),
            ("[%10E][%-10E][%010E]", "[      1000][1000      ][0000001000]"),
            ("[%20R][%.2R][%-20.2R]", "[              re/ply][re][re                  ]"),
            ("%U", "1795290057.001234567"),
            ("@N|@@|%%|%5%", "001234567|@|%|%"),
            (#"\\\0\a\e\n\r\t\v"#, "\\\0\u{7}\u{1B}\n\r\t\u{B}"),
            ("", ""),
        ]
    )
    func fields(format: String, expected: String) throws {
        let written = try OutputFormat(format, endsLines: false).text(Self.message())
        #expect(written.text == expected)
        #expect(written.problems.isEmpty)
    }

    @Test(
        "digits in groups, as mosquitto 2.1 has them",
        arguments: [
            ("%.2x", "18 83 0f"), ("%.2:x", "18:83:0f"), ("%.2:X", "18:83:0F"), ("%.4-x", "1883-0f"),
            ("%.1x", "1 8 8 3 0 f"), ("%.0x", "18830f"), ("%:x", "18830f"), ("%.100x", "18830f"),
            ("[%8x]", "[  18830f]"), ("[%-8x]", "[18830f  ]"), ("[%08x]", "[0018830f]"), ("[%2x]", "[1883]"),
            ("[%8.2:x]", "[  :18:83:0f]"), ("[%-8.2:x]", "[18:83:0f  ]"), ("%.2.x", "18.83.0f"), ("%.2 x", "18 83 0f"),
        ]
    )
    func groups(format: String, expected: String) throws {
        let message = try ReceivedMessage.make("t", ByteBuffer(bytes: [0x18, 0x83, 0x0F]))
        #expect(try OutputFormat(format, endsLines: false).text(message).text == expected)
        let empty = try ReceivedMessage.make("t", "")
        #expect(try OutputFormat("%.2:x", endsLines: false).text(empty).text == "")
    }

    @Test(
        "payloads that are numbers with a fraction",
        arguments: [
            ("%d", "3.250000"), ("%.1d", "3.2"), ("[%8.2d]", "[    3.25]"), ("[%-8.2d]", "[3.25    ]"),
            ("[%08.2d]", "[00003.25]"), ("[%-08.2d]", "[3.25    ]"), ("%.0d", "3"),
        ]
    )
    func floatingPoint(format: String, expected: String) throws {
        var double = ByteBuffer()
        double.writeInteger((3.25).bitPattern, endianness: .host)
        var float = ByteBuffer()
        float.writeInteger(Float(3.25).bitPattern, endianness: .host)
        #expect(try OutputFormat(format, endsLines: false).text(.make("t", double)).text == expected)
        let single = String(format.dropLast()) + "f"
        let wrapped = format.hasSuffix("]") ? String(format.dropLast(2)) + "f]" : single
        #expect(try OutputFormat(wrapped, endsLines: false).text(.make("t", float)).text == expected)
    }

    @Test("a payload of the wrong size is told, and the line is written all the same")
    func wrongSize() throws {
        let written = try OutputFormat("<%f|%d>").text(.make("a/b", "123"))
        #expect(written.text == "<|>\n")
        #expect(
            written.problems == [
                "The payload on topic a/b has 3 bytes; %f prints one of 4 bytes.",
                "The payload on topic a/b has 3 bytes; %d prints one of 8 bytes.",
            ]
        )
        var huge = ByteBuffer()
        huge.writeInteger((-Double.greatestFiniteMagnitude).bitPattern, endianness: .host)
        let digits = try OutputFormat("%.300d", endsLines: false).text(.make("t", huge)).text
        #expect(digits.utf8.count == 1 + 309 + 1 + 300)
        #expect(digits.hasPrefix("-17976931348623157"))
    }

    @Test("absent properties leave their room empty")
    func absent() throws {
        let format = try OutputFormat(
            "[%A|%C|%D|%E|%F|%P|%R|%S][%5A|%5C|%5D|%5E|%5F|%5P|%5R|%5S][%-05A|%05C|%05E]",
            endsLines: false
        )
        let expected = "[|||||||][     |     ||     |     |||     ][00000|     |00000]"
        #expect(try format.text(.make("t", "x")).text == expected)
    }

    @Test("the longest lifetime is no negative number")
    func longestLifetime() throws {
        var properties = MessageProperties()
        properties.messageExpiryInterval = .max
        let message = try ReceivedMessage.make("t", ByteBuffer(), properties: properties)
        #expect(try OutputFormat("%E", endsLines: false).text(message).text == "4294967295")
    }

    @Test(
        "a text that is no format",
        arguments: [
            ("%", "Incomplete format specifier."), ("a%5", "Incomplete format specifier."),
            ("%-", "Incomplete format specifier."), ("%0", "Incomplete format specifier."),
            ("%.", "Incomplete format specifier."), ("%.2:", "Incomplete format specifier."),
            ("@", "Incomplete format specifier."), ("\\", "Incomplete escape specifier."),
            ("%z", "Invalid format specifier 'z'."), ("%é", "Invalid format specifier 'é'."),
            ("%0-5l", "Invalid format specifier '-'."), ("%5@", "Invalid format specifier '@'."),
            ("%.2:p", "Invalid format specifier ':'."), ("%:%", "Invalid format specifier ':'."),
            ("\\q", "Invalid escape specifier 'q'."), ("@é", "Invalid format specifier 'é'."),
            ("%65536t", "A number in a format is larger than 65535."),
            ("%.99999999999999999999x", "A number in a format is larger than 65535."),
        ]
    )
    func problems(format: String, problem: String) {
        #expect(throws: OutputFormat.Problem(text: problem)) { try OutputFormat(format) }
    }

    @Test("neighbours that are always the same are one part")
    func parts() throws {
        let format = try OutputFormat(#"a%%b\n@@%t!"#)
        #expect(format.parts.count == 3)
        #expect(format.parts.first == .bytes(ByteBuffer(string: "a%b\n@")))
        #expect(!format.usesProperties)
        #expect(try OutputFormat("%C").usesProperties)
    }

    @Test("the receive time, as date prints it")
    func time() async throws {
        let format = "%Y-%m-%dT%H:%M:%S%z|%a|%j"
        let date = try await ChildProcess.run("date", ["-d", "@\(ReceiveTime.example.seconds)", "+\(format)"])
        let expected = date.text.split(separator: "|")
        let written = try OutputFormat("%I|@a|@j").text(.make("t", "")).text
        #expect(written == date.text)
        let padded = try OutputFormat("[%30I][%-30I][%.10I]", endsLines: false).text(.make("t", "")).text
        #expect(padded == "[      \(expected[0])][\(expected[0])      ][\(expected[0].prefix(10))]")
        let parts = try OutputFormat("@Y-@m-@dT@H:@M:@S@z", endsLines: false).text(.make("t", "")).text
        #expect(parts == expected[0])
    }

    @Test("fractions of a second", arguments: [(0, "000000000"), (999_999_999, "999999999"), (5_000, "000005000")])
    func fractions(nanoseconds: Int, digits: String) {
        let time = ReceiveTime(seconds: 0, nanoseconds: nanoseconds)
        for count in [9, 6, 1] {
            var buffer = ByteBuffer()
            time.writeFraction(digits: count, to: &buffer)
            #expect(String(buffer: buffer) == digits.prefix(count))
        }
        var stamp = ByteBuffer()
        time.writeUniversalStamp(to: &stamp)
        #expect(String(buffer: stamp) == "1970-01-01T00:00:00.\(digits.prefix(6))Z")
    }
}
