import ArgumentParser
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where the payload comes from: exactly one of these.
struct PayloadOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp("The payload itself.", valueName: "text")
    )
    var message: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp(
            "The payload as hex:…, base64:…, @file, or text; text:… is always text.",
            valueName: "payload"
        )
    )
    var payload: String?

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp("A file whose content is the payload.", valueName: "path"),
        completion: .file()
    )
    var file: String?

    @Flag(name: [.customShort("s"), .customLong("stdin-file")], help: "All of standard input is the payload.")
    var isStandardInput = false

    @Flag(name: [.customShort("l"), .customLong("stdin-line")], help: "Each line of standard input is a message.")
    var isLines = false

    @Flag(name: [.customShort("n"), .customLong("null-message")], help: "The payload is empty.")
    var isEmpty = false

    func validate() throws {
        let count = [message != nil, payload != nil, file != nil, isStandardInput, isLines, isEmpty].count { $0 }
        guard count == 1 else {
            throw ValidationError(
                count == 0
                    ? "no payload; give one of -m, --payload, -f, -s, -l and -n"
                    : "only one of -m, --payload, -f, -s, -l and -n"
            )
        }
    }

    /// The payload; `nil` where it comes line by line.
    func readAtOnce() throws(StandardInput.Failure) -> ByteBuffer? {
        if let message { return ArgumentBytes.of(message) }
        if let payload { return try payload.payloadBytes() }
        if let file { return try StandardInput.readFile(file) }
        if isStandardInput {
            let content = try StandardInput.readAll(STDIN_FILENO, name: "standard input")
            guard content.readableBytes > 0 else {
                throw StandardInput.Failure(text: "standard input is empty; -n publishes an empty payload")
            }
            return content
        }
        return isEmpty ? ByteBuffer() : nil
    }
}

extension String {
    /// The bytes that this word stands for as a payload; see ``PayloadText``.
    func payloadBytes() throws(StandardInput.Failure) -> ByteBuffer {
        let parsed: PayloadText
        do throws(PayloadText.Problem) {
            parsed = try PayloadText.parse(self)
        } catch {
            throw StandardInput.Failure(text: error.text)
        }
        return try parsed.read()
    }
}
