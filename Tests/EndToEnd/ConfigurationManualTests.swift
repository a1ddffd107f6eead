import Testing

@testable import MQTT
@testable import Support

/// `man/tinymqtt.conf.5` tells what the table of options holds.
@Suite("Manual page of the configuration")
struct ConfigurationManualTests {
    /// An option as the page has it.
    private struct Entry: Equatable, CustomStringConvertible {
        var olderNames: [String]
        var allowed: String
        var defaultText: String
        var isReloaded: Bool

        var description: String { "\(olderNames) value \(allowed) default \(defaultText) reloaded \(isReloaded)" }
    }

    @Test("every option is in the page, and every option of the page in the table, with value, default and reloading")
    func options() throws {
        let page = try Self.entries()
        var table: [String: Entry] = [:]
        for option in ConfigurationTable.all {
            table[option.name] = Entry(
                olderNames: option.olderNames,
                allowed: option.allowed,
                defaultText: option.defaultValue.text,
                isReloaded: option.isReloaded
            )
        }
        #expect(Set(table.keys).subtracting(page.keys) == [], "in the table only")
        #expect(Set(page.keys).subtracting(table.keys) == [], "in the page only")
        for (name, entry) in table {
            #expect(page[name] == entry, "\(name)")
        }
    }

    @Test("an option is described with the help of the table")
    func texts() throws {
        let text = try Self.words(of: SourceTree.text("man/tinymqtt.conf.5"))
        for option in ConfigurationTable.all {
            #expect(text.contains(Self.words(of: option.help)), "the help of \(option.name)")
        }
    }

    /// The words of a text, with single spaces between, so that it does not matter where lines break.
    private static func words(of text: String) -> String {
        text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    }

    /// The options of the page: `.It Ic name`, older names after it, and lines for value, default and reloading.
    private static func entries() throws -> [String: Entry] {
        var entries: [String: Entry] = [:]
        var name: String?
        for line in try SourceTree.text("man/tinymqtt.conf.5").split(separator: "\n") {
            if line.hasPrefix(".It Ic ") {
                let names = line.dropFirst(".It Ic ".count).split(separator: " ")
                    .filter { $0 != "," && $0 != "Ic" }.map(String.init)
                name = names.first
                if let name {
                    #expect(entries[name] == nil, "\(name) is there twice")
                    entries[name] = Entry(
                        olderNames: Array(names.dropFirst()),
                        allowed: "",
                        defaultText: "",
                        isReloaded: false
                    )
                }
            } else if let name, line.hasPrefix("Value: ") {
                entries[name]?.allowed = String(line.dropFirst("Value: ".count).dropLast())
            } else if let name, line.hasPrefix("Default: ") {
                entries[name]?.defaultText = String(line.dropFirst("Default: ".count).dropLast())
            } else if let name, line == "Read again on reload." {
                entries[name]?.isReloaded = true
            } else if line.hasPrefix(".El") {
                name = nil
            }
        }
        return entries
    }
}
