import ArgumentParser
import Testing

@testable import tinymqtt

/// The table of options against the parser of the command line.
@Suite("The table of options")
struct ClientOptionTests {
    /// What our `rr` has and mosquitto's has not; the parser of the command line knows it alone.
    private static let additions: [ClientTool: Set<String>] = [
        .publish: ["--timeout"], .request: ["--stdin-line", "--retain", "--count"],
    ]

    /// An option as the help has it.
    private struct Entry: Equatable {
        var short = ""
        var long = ""
        let valueCount: Int

        /// - Returns: `nil` where the line describes no option.
        init?(_ line: Substring) {
            guard line.hasPrefix("  -") else { return nil }
            let entry = line.dropFirst(2)
            let head = entry[..<(entry.firstRange(of: "  ")?.lowerBound ?? entry.endIndex)]
            valueCount = head.count { $0 == "<" }
            for name in head.split(whereSeparator: { " ,".contains($0) }) where name.hasPrefix("-") {
                if name.hasPrefix("--") { long = String(name) } else { short = String(name) }
            }
        }
    }

    private static func help(of tool: ClientTool) -> [Entry] {
        let command: any ParsableCommand.Type =
            switch tool {
            case .publish: Publish.self
            case .subscribe: Subscribe.self
            case .request: Request.self
            }
        return TinyMQTT.helpMessage(for: command, columns: .max).split(separator: "\n").compactMap(Entry.init)
    }

    @Test("every option is in the help of exactly the tools that have it", arguments: ClientTool.allCases)
    func options(tool: ClientTool) {
        let entries = Self.help(of: tool)
        #expect(entries.count > 60)
        let table = ClientOption.all.filter { $0.belongs(to: tool) }
        #expect(table.count > 50)
        for option in table {
            let entry = entries.first { $0.long == option.long }
            #expect(entry?.short == option.short, "\(option.long) of \(tool.rawValue)")
            #expect(entry?.valueCount == option.valueCount, "\(option.long) of \(tool.rawValue)")
        }
        for option in ClientOption.all where !option.belongs(to: tool) {
            let isThere = entries.contains { $0.long == option.long }
            let isAddition = Self.additions[tool]?.contains(option.long) ?? false
            #expect(isThere == isAddition, "\(option.long) of \(tool.rawValue)")
        }
    }

    @Test("an option with a short name is in the table", arguments: ClientTool.allCases)
    func shortNames(tool: ClientTool) {
        for entry in Self.help(of: tool) where !entry.short.isEmpty {
            let option = ClientOption.all.first { $0.short == entry.short }
            #expect(option?.long == entry.long, "\(entry.short) of \(tool.rawValue)")
        }
    }

    @Test("no name stands for two options")
    func namesAreUnique() {
        let names = ClientOption.all.flatMap { [$0.short, $0.long] }.filter { !$0.isEmpty }
        #expect(Set(names).count == names.count)
    }

    @Test("a link knows no name of ours")
    func links() {
        for (name, isShared) in [
            ("-h", true), ("--host", true), ("-A", true), ("--bind", false), ("-C", true), ("--count", false),
            ("-W", true), ("--timeout", false), ("-F", true), ("--format", false), ("--random-filter", true),
        ] {
            #expect(ClientOption.named(name, of: .subscribe, isLink: false) != nil, "\(name)")
            #expect((ClientOption.named(name, of: .subscribe, isLink: true) != nil) == isShared, "\(name)")
        }
        for name in ["", "-", "--", "host", "-hx", "--host=x", "-r"] {
            #expect(ClientOption.named(name, of: .subscribe, isLink: false) == nil, "\(name)")
        }
    }
}
