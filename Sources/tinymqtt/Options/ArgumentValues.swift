public import ArgumentParser
public import MQTT

/// How values are written on the command line.
extension QoS: ExpressibleByArgument {
    /// `0`, `1` or `2`.
    public init?(argument: String) {
        guard let value = UInt8(argument) else { return nil }
        self.init(rawValue: value)
    }

    /// The values to complete.
    public static var allValueStrings: [String] { ["0", "1", "2"] }
}

extension ProtocolVersion: ExpressibleByArgument {
    /// `5`, `311` or `31`, also with `mqttv` before it.
    public init?(argument: String) {
        self.init(optionValue: argument)
    }

    /// See above; in words that do not need the parser of the command line.
    init?(optionValue: String) {
        switch optionValue {
        case "5", "mqttv5": self = .v5_0
        case "311", "mqttv311": self = .v3_1_1
        case "31", "mqttv31": self = .v3_1
        default: return nil
        }
    }

    /// The values to complete.
    public static var allValueStrings: [String] { ["5", "311", "31"] }
}

/// A time in seconds, with fractions.
struct Seconds: ExpressibleByArgument {
    static let one = Self(seconds: 1)
    static let thirty = Self(seconds: 30)

    let duration: Duration

    /// A whole number of seconds.
    init(seconds: Int) {
        duration = .seconds(seconds)
    }

    /// How a default is shown.
    var defaultValueDescription: String { "\(duration.components.seconds)" }

    init?(argument: String) {
        guard let seconds = Double(argument), seconds.isFinite, seconds >= 0, seconds < 1e9 else { return nil }
        duration = .seconds(seconds)
    }

    /// Checks that it is a time after which something can end; a link counts whole seconds.
    func checkTimeout() throws {
        guard duration > .zero else { throw ValidationError("-W is more than 0") }
        guard !ProgramName.current.isLink || duration.components.attoseconds == 0 else {
            throw ValidationError("-W is a whole number of seconds")
        }
    }
}

/// For how long a broker keeps a session: seconds, or for ever.
struct SessionExpiry: ExpressibleByArgument {
    let seconds: UInt32

    var isForever: Bool { seconds == .max }

    init?(argument: String) {
        if argument == "-1" || argument == "∞" {
            seconds = .max
        } else if let seconds = UInt32(argument) {
            self.seconds = seconds
        } else {
            return nil
        }
    }
}

/// How often a client tries to connect.
enum Retry: ExpressibleByArgument {
    case never
    /// Without an end, also the first connection.
    case forever
    /// After this many failures in a row it is over, also for the first connection.
    case times(Int)

    init?(argument: String) {
        switch argument {
        case "never": self = .never
        case "forever": self = .forever
        default:
            guard let count = Int(argument), count >= 0 else { return nil }
            self = .times(count)
        }
    }

    var policy: ReconnectPolicy {
        switch self {
        case .never: .never
        case .forever: .always
        case .times(let count): ReconnectPolicy(scope: .always, maximumAttempts: count)
        }
    }
}
