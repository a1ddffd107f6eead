import ArgumentParser
import MQTT

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// `tinymqtt passwd`: makes and changes password files, as `mosquitto_passwd` does.
struct Passwords: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passwd",
        abstract: "Make and change password files.",
        usage: """
            tinymqtt passwd [-c] [-H <algorithm>] [-I <iterations>] <file> <user>
            tinymqtt passwd [-c] [-H <algorithm>] [-I <iterations>] -b <file> <user> <password>
            tinymqtt passwd -D <file> <user>
            tinymqtt passwd -U [-H <algorithm>] [-I <iterations>] <file>
            """,
        discussion: """
            The password is asked for, or read from two lines of standard input. A running broker takes the changed file \
            when it is told to read its configuration again.
            """,
        helpNames: .long
    )

    @Flag(name: [.customShort("c"), .customLong("create")], help: "Begin a new file; with - print the line instead.")
    var createsFile = false

    @Flag(name: [.customShort("b"), .customLong("batch")], help: "Take the password from the command line.")
    var isBatch = false

    @Flag(name: [.customShort("D"), .customLong("delete")], help: "Take the user away.")
    var deletesUser = false

    @Flag(name: [.customShort("U"), .customLong("upgrade")], help: "Hash the passwords that are plain text.")
    var hashesPlainText = false

    @Option(
        name: [.customShort("H"), .customLong("hash")],
        help: ArgumentHelp(
            "How to hash: argon2id, or sha512-pbkdf2 for mosquitto 2.0, or sha512 for mosquitto 1 (default: argon2id).",
            valueName: "algorithm"
        )
    )
    var hash: Hash?

    @Option(
        name: [.customShort("I"), .customLong("iterations")],
        help: ArgumentHelp(
            "How often sha512-pbkdf2 hashes, which it then does (default: \(PasswordHashAlgorithm.defaultIterations)).",
            valueName: "iterations"
        )
    )
    var iterations: Int?

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The file, the user and, with -b, the password.", valueName: "file user password"),
        completion: .file()
    )
    var words: [String] = []

    /// The words without a `--` before them, which says that no options follow.
    private var operands: ArraySlice<String> { words.first == "--" ? words.dropFirst() : words[...] }

    /// The names of the algorithms.
    enum Hash: String, CaseIterable, ExpressibleByArgument {
        case sha512
        case pbkdf2 = "sha512-pbkdf2"
        case argon2id
    }

    /// What is to be done.
    private enum Task {
        case set(userName: String)
        case setFromCommandLine(userName: String, password: String)
        case delete(userName: String)
        case upgrade
    }

    func validate() throws {
        _ = try task
        guard let iterations else { return }
        guard hash == nil || hash == .pbkdf2 else { throw ValidationError("-I is for -H sha512-pbkdf2 only") }
        let allowed = PasswordHashAlgorithm.allowedIterations
        guard allowed ~= iterations else {
            throw ValidationError("-I is \(iterations); allowed is \(allowed.lowerBound) to \(allowed.upperBound)")
        }
    }

    private var file: String { operands.first ?? "" }

    private var task: Task {
        get throws {
            // The library takes for words whatever it does not know, and what asks for help.
            if words.first == "--help" { throw CleanExit.helpRequest(self) }
            if let word = words.first, word.hasPrefix("-"), word != "-", word != "--" {
                throw ValidationError("Unknown option '\(word)'")
            }
            let actions = [(createsFile, "-c"), (isBatch, "-b"), (deletesUser, "-D"), (hashesPlainText, "-U")]
                .filter(\.0).map(\.1)
            guard actions.count <= 1 || actions == ["-c", "-b"] else {
                throw ValidationError("\(actions.joined(separator: " and ")) exclude each other")
            }
            let expected = hashesPlainText ? 1 : isBatch ? 3 : 2
            guard operands.count == expected else {
                let names = ["a file", "a user", "a password"].prefix(expected).joined(separator: ", ")
                throw ValidationError("expected behind the options: \(names), and nothing else")
            }
            guard file != "-" || createsFile else { throw ValidationError("the file - goes with -c only") }
            if hashesPlainText { return .upgrade }
            let userName = operands[operands.startIndex + 1]
            if deletesUser { return .delete(userName: userName) }
            guard isBatch, let password = operands.last else { return .set(userName: userName) }
            return .setFromCommandLine(userName: userName, password: password)
        }
    }

    private var algorithm: PasswordHashAlgorithm {
        switch hash ?? (iterations == nil ? .argon2id : .pbkdf2) {
        case .sha512: .sha512
        case .pbkdf2: .pbkdf2(iterations: iterations ?? PasswordHashAlgorithm.defaultIterations)
        case .argon2id: .argon2id
        }
    }

    func run() throws {
        do {
            switch try task {
            case .setFromCommandLine(let userName, let password):
                try set(Array(password.utf8), of: userName)
            case .set(let userName):
                // Asked for before anything is opened: while somebody thinks, others can change the file.
                let password = try PasswordPrompt.newPassword(
                    maximumLength: PasswordFileEditor.maximumPasswordLength
                )
                try set(password, of: userName)
            case .delete(let userName):
                try change { editor throws(ConfigurationError) in try editor.remove(userName: userName) }
            case .upgrade:
                try upgrade()
            }
        } catch let failure as PasswordPrompt.Failure {
            try fail(failure.text)
        } catch let error as ConfigurationError {
            try fail("\(error)")
        }
    }

    private func fail(_ problem: String) throws -> Never {
        printError("tinymqtt passwd: \(problem)")
        throw ExitStatus.usage.code
    }

    private func set(_ password: [UInt8], of userName: String) throws(ConfigurationError) {
        let algorithm = algorithm
        guard file == "-" else {
            return try change { editor throws(ConfigurationError) in
                try editor.setPassword(password, of: userName, algorithm: algorithm)
            }
        }
        var editor = PasswordFileEditor(path: file)
        try editor.setPassword(password, of: userName, algorithm: algorithm)
        print(String(decoding: editor.bytes, as: UTF8.self), terminator: "")
    }

    private func upgrade() throws(ConfigurationError) {
        let algorithm = algorithm
        var conversion = PasswordFileEditor.Conversion()
        try change { editor throws(ConfigurationError) in
            conversion = try editor.hashPlainPasswords(algorithm: algorithm)
        }
        printError("tinymqtt passwd: \(conversion.hashed) of the passwords were plain text, and are hashed now")
        guard conversion.other > 0 else { return }
        printError(
            "tinymqtt passwd: \(conversion.other) were hashed in another form, and stay so until they are set anew"
        )
    }

    private func change(
        _ body: (inout PasswordFileEditor) throws(ConfigurationError) -> Void
    ) throws(ConfigurationError) {
        let (file, createsFile) = (file, createsFile)
        try FileReplacement.replace(file) { () throws(ConfigurationError) in
            var editor: PasswordFileEditor
            if createsFile {
                editor = PasswordFileEditor(path: file)
            } else {
                // The string lives for the length of the call.
                guard unsafe access(file, F_OK) == 0 || errno != ENOENT else {
                    throw ConfigurationError("there is no such file; -c begins a new one", file: file)
                }
                editor = try PasswordFileEditor(reading: file)
            }
            try body(&editor)
            return editor.bytes
        }
        warnOfReaders()
    }

    /// Hashes can be guessed at by whoever can read them.
    private func warnOfReaders() {
        let status = FileStatus(of: file, follows: true)
        guard let status, status.permissions & UInt32(S_IROTH) != 0 else { return }
        printError("tinymqtt passwd: everybody on this machine can read \(file); forbid it with: chmod o-r \(file)")
    }
}
