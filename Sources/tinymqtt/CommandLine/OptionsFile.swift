import NIOCore

/// The file from which a client reads options before those of its command line: one on each line.
enum OptionsFile {
    /// Why the words of a command line cannot be read.
    struct Failure: Error, Equatable {
        let text: String
    }

    /// An option, and what stands behind the first blank on its line as one value. Blanks before the option mean nothing, and
    /// a single one behind it is no value.
    struct Line: Equatable {
        let words: [String]

        init?(_ line: Substring) {
            let entry = line.drop { $0 == " " }
            guard !entry.isEmpty, !line.hasPrefix("#") else { return nil }
            var parts = entry.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if parts.last == "" { parts.removeLast() }
            // A property takes several words; no other option does.
            if parts.count == 2, ["-D", "--property"].contains(parts[0]) {
                words = [parts[0]] + Self.propertyWords(parts[1])
            } else {
                words = parts
            }
        }

        /// The command, the name and the value, the value verbatim; of a user property the value in two.
        private static func propertyWords(_ text: String) -> [String] {
            let words = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard words.count == 3, ClientProperty.Name.isUserProperty(words[1]) else { return words }
            let pair = words[2].split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return [words[0], words[1]] + pair
        }
    }

    /// The lines of the file of this name, or of the one where a tool looks.
    ///
    /// - Throws: where a file was named that cannot be read. A link goes on without it, as mosquitto's programs do.
    static func lines(named path: String?, of tool: ClientTool, isLink: Bool) throws(Failure) -> [Line] {
        guard let path else { return defaultText(of: tool, isLink: isLink).map(lines) ?? [] }
        do throws(StandardInput.Failure) {
            return lines(ArgumentBytes.word(try StandardInput.readFile(path)))
        } catch {
            guard isLink else { throw Failure(text: "the options file \(error.text)") }
            return []
        }
    }

    private static func lines(_ text: String) -> [Line] {
        // A carriage return and a line feed are one character.
        text.split { $0 == "\n" || $0 == "\r\n" }.compactMap(Line.init)
    }

    /// The text of a tool's own file, or of mosquitto's where there is none.
    private static func defaultText(of tool: ClientTool, isLink: Bool) -> String? {
        guard let folder = Environment.value("XDG_CONFIG_HOME") ?? Environment.value("HOME").map({ "\($0)/.config" })
        else { return nil }
        for name in isLink ? [tool.mosquittoName] : ["tinymqtt_\(tool.rawValue)", tool.mosquittoName] {
            if let content = try? StandardInput.readFile("\(folder)/\(name)") { return ArgumentBytes.word(content) }
        }
        return nil
    }
}
