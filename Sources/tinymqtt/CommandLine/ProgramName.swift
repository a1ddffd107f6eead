/// The name that the program was called by: its own, or one of mosquitto's through a link.
///
/// Under a name of mosquitto's it keeps to what scripts know of that program: its syntax, its exit codes, its output.
enum ProgramName: String {
    case tinymqtt
    case mosquitto
    case mosquittoPassword = "mosquitto_passwd"
    case mosquittoPublish = "mosquitto_pub"
    case mosquittoRequest = "mosquitto_rr"
    case mosquittoSubscribe = "mosquitto_sub"

    /// The program of this process.
    static let current = Self(path: CommandLine.arguments.first ?? "")

    /// - Parameter path: The first word of the command line. Whatever else it is, the program is itself.
    init(path: String) {
        let name = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[path.utf8.index(after: $0)...] } ?? path[...]
        self = Self(rawValue: String(name)) ?? .tinymqtt
    }

    /// The subcommand that a link stands for.
    var subcommand: String? {
        switch self {
        case .tinymqtt: nil
        case .mosquitto: "broker"
        case .mosquittoPassword: "passwd"
        case .mosquittoPublish: "pub"
        case .mosquittoRequest: "rr"
        case .mosquittoSubscribe: "sub"
        }
    }

    /// Whether it stands for a program of mosquitto's.
    var isLink: Bool { self != .tinymqtt }
}

/// One of the three clients whose syntax is mosquitto's.
enum ClientTool: String, CaseIterable {
    case publish = "pub"
    case subscribe = "sub"
    case request = "rr"

    /// What mosquitto calls it; its options file bears this name.
    var mosquittoName: String { "mosquitto_\(rawValue)" }

    /// The option's column in the table.
    var letter: Character {
        switch self {
        case .publish: "P"
        case .subscribe: "S"
        case .request: "R"
        }
    }
}
