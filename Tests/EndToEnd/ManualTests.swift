import Testing

@testable import Support
@testable import tinymqtt

/// The manual pages in `man/` tell what the help tells.
@Suite("Manual pages")
struct ManualTests {
    /// What has no page of its own, because the main page describes it whole.
    private static let withoutPage: Set<String> = ["exit-codes"]

    @Test("every subcommand has a page, and every page a subcommand")
    func everySubcommandHasAPage() async throws {
        let subcommands = try await Self.subcommands()
        #expect(subcommands.isSuperset(of: ["broker", "pub", "sub", "rr", "get", "ping"]))
        let expected =
            subcommands.subtracting(Self.withoutPage).map { "tinymqtt-\($0).1" } + ["tinymqtt.1", "tinymqtt.conf.5"]
        #expect(try SourceTree.names(in: "man") == Set(expected))
        let items = try Page("tinymqtt").items(of: "Ic")
        #expect(items == subcommands, "the list in man/tinymqtt.1")
    }

    @Test("every option of a subcommand is in its page, and the reverse")
    func everyOptionIsDescribed() async throws {
        for subcommand in try await Self.subcommands().subtracting(Self.withoutPage) {
            let help = try await ChildProcess.run(Peers.tinymqtt, ["help", subcommand]).text
            let known = Self.options(in: help)
            let described = try Page("tinymqtt-\(subcommand)").options
            #expect(known.contains("--help"), "the options of \(subcommand) were not found in its help")
            #expect(known.subtracting(described) == [], "in the help of \(subcommand) only")
            #expect(described.subtracting(known) == [], "in man/tinymqtt-\(subcommand).1 only")
        }
    }

    @Test(
        "what commands have in common is said in the same words",
        arguments: [
            ("Ss TLS", ["pub", "sub", "rr", "get", "ping", "bench"]), ("Ss Will", ["pub", "sub", "rr"]),
            ("Ss MQTT 5", ["pub", "sub", "rr"]), ("Sh FORMATS", ["sub", "rr"]), ("Sh JSON LINES", ["sub", "rr"]),
            ("Sh ENVIRONMENT", ["pub", "sub", "rr", "get", "ping", "bench"]),
        ]
    )
    func sharedSections(section: String, subcommands: [String]) throws {
        let first = try Page("tinymqtt-\(subcommands[0])").section(section)
        #expect(first.count > 3)
        for subcommand in subcommands.dropFirst() {
            #expect(try Page("tinymqtt-\(subcommand)").section(section) == first, "\(section) of \(subcommand)")
        }
    }

    @Test("every code of a format, and every property, is in the page of sub")
    func codes() throws {
        let page = try Page("tinymqtt-sub")
        let text = page.section("Sh FORMATS").joined(separator: " ").replacing("\\&", with: "")
        let words = Set(text.split(separator: " ").map(String.init))
        for byte in UInt8(ascii: "A")...UInt8(ascii: "z") where OutputFormat.Field(letter: byte) != nil {
            let code = "%\(Character(Unicode.Scalar(byte)))"
            #expect(words.contains(code), "\(code)")
        }
        let properties = page.section("Sh PROPERTIES")
        for packet in ClientProperty.Packet.allCases {
            let list = properties.drop { $0 != ".It Cm \(packet.rawValue)" }.dropFirst().prefix { $0.hasPrefix(".Cm") }
            let described = Set(list.compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) })
            let known = ClientProperty.Name.allCases.filter { $0.packets.contains(packet) }.map(\.rawValue)
            #expect(described == Set(known), "\(packet.rawValue)")
        }
    }

    @Test("the exit codes are those of `tinymqtt help exit-codes`")
    func exitCodes() async throws {
        let table = try await ChildProcess.run(Peers.tinymqtt, ["help", "exit-codes"]).text
        var expected: [Int: String] = [:]
        for line in table.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, let code = Int(parts[0]), parts[1].hasPrefix(" ") else { continue }
            expected[code] = String(parts[1].drop { $0 == " " })
        }
        #expect(expected.count > 40)
        let described = try Page("tinymqtt").exitCodes
        #expect(Set(described.keys) == Set(expected.keys))
        for (code, meaning) in expected {
            #expect(described[code] == meaning, "code \(code)")
        }
    }

    /// The names of the subcommands, as the help lists them.
    private static func subcommands() async throws -> Set<String> {
        let help = try await ChildProcess.run(Peers.tinymqtt, ["--help"]).text
        let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
        let list = lines.drop { $0 != "SUBCOMMANDS:" }.dropFirst().prefix { !$0.isEmpty }
        // The name is indented by two blanks; where its description goes on in a second line, that is by more.
        let entries = list.filter { $0.hasPrefix("  ") && $0.dropFirst(2).first != " " }
        return Set(entries.compactMap { $0.split(separator: " ").first.map(String.init) })
    }

    /// The options that a help describes, like `-h` and `--host`.
    private static func options(in help: String) -> Set<String> {
        var options: Set<String> = []
        for line in help.split(separator: "\n") where line.hasPrefix("  -") {
            // Two spaces part the names from what they mean.
            let entry = line.dropFirst(2)
            let names = entry[..<(entry.firstRange(of: "  ")?.lowerBound ?? entry.endIndex)]
            options.formUnion(names.split { " ,".contains($0) }.filter { $0.hasPrefix("-") }.map(String.init))
        }
        return options
    }
}

/// A manual page, as its source is written.
private struct Page {
    private let lines: [String]

    init(_ name: String) throws {
        lines = try SourceTree.text("man/\(name).1").replacing("\\-", with: "-").split(separator: "\n").map(String.init)
    }

    /// The options that have an entry, like `-h` and `--host`.
    var options: Set<String> {
        var options: Set<String> = []
        for line in lines where line.hasPrefix(".It Fl ") {
            let words = line.split(separator: " ")
            for (macro, name) in zip(words, words.dropFirst()) where macro == "Fl" {
                options.insert("-\(name)")
            }
        }
        return options
    }

    /// The lines of a section, or of a part of one, named like `Ss TLS`.
    func section(_ name: String) -> [String] {
        let ends = name.hasPrefix("Sh") ? [".Sh "] : [".Sh ", ".Ss "]
        return Array(
            lines.drop { $0 != ".\(name)" }.dropFirst().prefix { line in !ends.contains { line.hasPrefix($0) } }
        )
    }

    /// What has an entry that begins with a macro.
    func items(of macro: String) -> Set<String> {
        Set(lines.filter { $0.hasPrefix(".It \(macro) ") }.map { String($0.dropFirst(".It \(macro) ".count)) })
    }

    /// The entries whose names are numbers, with their text.
    var exitCodes: [Int: String] {
        var codes: [Int: String] = [:]
        var code: Int?
        for line in lines {
            if line.hasPrefix(".") {
                code = line.hasPrefix(".It ") ? Int(line.dropFirst(4)) : nil
            } else if let code {
                codes[code] = codes[code].map { "\($0) \(line)" } ?? line
            }
        }
        return codes
    }
}
