/// Tells which lines hold a password, and are not kept.
enum Secrets {
    /// How options with a secret begin, in the shell and in programs that it may start.
    private static let options = ["-P", "--pw", "--password", "--psk", "--keypass", "--passphrase"]

    /// Whether a line may hold a password: an option for one, or an address with one.
    static func isSecret(_ line: String) -> Bool {
        let words = line.split { " \t;|'\"".contains($0) }
        return words.contains { word in
            options.contains { word.hasPrefix($0) } || isAddressWithPassword(word)
        }
    }

    /// Whether it is like `mqtt://name:password@host`.
    private static func isAddressWithPassword(_ word: Substring) -> Bool {
        guard let scheme = word.firstRange(of: "://") else { return false }
        let authority = word[scheme.upperBound...].prefix { $0 != "/" }
        return authority.contains("@")
    }
}
