/// Tells which lines hold a password, and are not kept.
enum Secrets {
    /// How options with a secret begin, in the shell and in programs that it may start.
    private static let options = ["--pw", "--password", "--psk", "--keypass", "--passphrase"]

    /// Whether a line may hold a password: an option for one, an address with one, or a name and a password for another
    /// program. Rather one line too many: what is not kept can be typed again, what is kept can be read.
    static func isSecret(_ line: String) -> Bool {
        words(line).contains { word in isCluster(word, with: "P") || options.contains { word.hasPrefix($0) } }
            || isAddressWithPassword(line) || ShellLine(line).steps.contains(where: handsOverLogin)
    }

    private static func words(_ line: String) -> [Substring] {
        line.split { " \t;|'\"".contains($0) }
    }

    /// Whether a word is short options in one, like `-cP`, and this one is among them.
    private static func isCluster(_ word: Substring, with option: Character) -> Bool {
        guard word.hasPrefix("-") else { return false }
        return word.dropFirst().prefix { $0.isASCII && $0.isLetter }.contains(option)
    }

    /// Whether there is something like `mqtt://name:password@host`. A password may have any sign in it.
    private static func isAddressWithPassword(_ line: String) -> Bool {
        guard let scheme = line.firstRange(of: "://") else { return false }
        return line[scheme.upperBound...].contains("@")
    }

    /// Whether another program gets `-u name:password`, as curl does.
    private static func handsOverLogin(_ step: ShellStep) -> Bool {
        var commands: [String] = []
        if case .system(let command) = step.action { commands.append(command) }
        if case .command(let command) = step.output { commands.append(command) }
        return commands.contains { command in
            let words = words(command)
            return words.indices.contains { index in
                let word = words[index]
                guard isCluster(word, with: "u") || word.hasPrefix("--user") || word.hasPrefix("--proxy-user") else {
                    return false
                }
                return word.contains(":") || (words[(index + 1)...].first?.contains(":") ?? false)
            }
        }
    }
}
