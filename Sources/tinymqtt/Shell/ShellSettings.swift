import MQTT
import NIOCore

/// What `set` changes.
struct ShellSettings: Sendable {
    /// The name of a setting.
    enum Name: String, Sendable, CaseIterable {
        case qos
        case retain
        case format
        case quiet
        case timestamps
        case explore
        case cut

        /// What it does.
        var meaning: String {
            switch self {
            case .qos: "the QoS of publish, subscribe and request where they have no -q"
            case .retain: "whether publish retains without -r"
            case .format:
                "how messages are shown: text, JSON in lines, hex with characters, the payload alone, or a format of sub -F"
            case .quiet: "whether acknowledgements and received messages are left out"
            case .timestamps: "whether messages are shown with their time"
            case .explore: "whether connect looks at retained messages, to complete their topics"
            case .cut: "after how many bytes a payload is cut; 0 for never"
            }
        }

        /// The values that it may have; empty for any number.
        var values: [String] {
            switch self {
            case .qos: QoS.allValueStrings
            case .retain, .quiet, .timestamps, .explore: ["on", "off"]
            case .format: MessageText.Style.allCases.map(\.rawValue)
            case .cut: []
            }
        }
    }

    /// The largest packet of MQTT, and so more than any payload has.
    private static let maximumCut = 268_435_455

    var qos = QoS.atMostOnce
    var retains = false
    var text = MessageText()
    /// A format of `sub -F` in place of the style, with how it was written.
    var template: Template?
    var isQuiet = false
    var explores = true

    /// See ``template``.
    struct Template: Sendable {
        let text: String
        let format: OutputFormat
    }

    /// The value of a setting, as it is written.
    subscript(name: Name) -> String {
        switch name {
        case .qos: "\(qos.rawValue)"
        case .retain: Self.word(retains)
        case .format: template?.text ?? text.style.rawValue
        case .quiet: Self.word(isQuiet)
        case .timestamps: Self.word(text.hasTime)
        case .explore: Self.word(explores)
        case .cut: "\(text.maximumByteCount)"
        }
    }

    /// Changes a setting.
    mutating func set(_ name: Name, to value: String) throws(ShellFailure) {
        if name == .format, value.contains("%") { return try setTemplate(value) }
        let value = value.lowercased()
        switch name {
        case .qos: qos = try Self.require(QoS(argument: value), name, value)
        case .retain: retains = try Self.require(Self.truth(value), name, value)
        case .format:
            text.style = try Self.require(MessageText.Style(rawValue: value), name, value)
            template = nil
        case .quiet: isQuiet = try Self.require(Self.truth(value), name, value)
        case .timestamps: text.hasTime = try Self.require(Self.truth(value), name, value)
        case .explore: explores = try Self.require(Self.truth(value), name, value)
        case .cut:
            text.maximumByteCount = try Self.require(
                Int(value).flatMap { 0...Self.maximumCut ~= $0 ? $0 : nil },
                name,
                value
            )
        }
    }

    private mutating func setTemplate(_ text: String) throws(ShellFailure) {
        do throws(OutputFormat.Problem) {
            template = Template(text: text, format: try OutputFormat(text))
        } catch {
            throw ShellFailure(error.text.harmless)
        }
    }

    private static func require<Value>(_ found: Value?, _ name: Name, _ value: String) throws(ShellFailure) -> Value {
        if let found { return found }
        let allowed =
            name.values.isEmpty ? "a number of bytes up to \(maximumCut), or 0" : name.values.joined(separator: ", ")
        throw ShellFailure("\(name.rawValue) cannot be \(value.harmless); it is one of: \(allowed)")
    }

    /// A message as it is shown when it comes.
    func lines(_ message: ReceivedMessage, _ entry: MessageLog.Entry) -> String {
        guard let template else { return text.lines(entry) }
        var buffer = ByteBuffer()
        let problems = template.format.append(message, at: entry.time, to: &buffer)
        // The format ends with a line feed, as does what it is put into.
        let line = String(buffer: buffer).harmlessLines
        return ([String(line.hasSuffix("\n") ? line.dropLast() : line[...])] + problems).joined(separator: "\n")
    }

    private static func word(_ truth: Bool) -> String { truth ? "on" : "off" }

    private static func truth(_ word: String) -> Bool? {
        switch word {
        case "on", "yes", "true", "1": true
        case "off", "no", "false", "0": false
        default: nil
        }
    }
}

/// Why a command could not be carried out.
struct ShellFailure: Error {
    /// What failed, why, and what to try.
    let text: String
    /// What the program returns, where it ends because of this.
    let status: Int32

    init(_ text: String, status: Int32 = ExitStatus.usage.rawValue) {
        self.text = text
        self.status = status
    }
}
