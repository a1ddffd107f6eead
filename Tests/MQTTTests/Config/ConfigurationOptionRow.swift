import Testing

@testable import MQTT
@testable import Support

/// What a line of an option is to change, as a row of a table.
struct ConfigurationOptionRow: CustomTestStringConvertible {
    /// What is to be seen of the option.
    enum Effect {
        /// The settings have something that they do not have without the line.
        case changes(@Sendable (ServerSettings) -> Bool)
        /// Nothing changes, and nothing is said.
        case accepted
        /// Nothing changes, and one warning says so, however often the line stands there.
        case warned
        /// Nothing changes but for the one warning about all bridges; and a wrong value is refused.
        case bridge(wrong: String)
    }

    let name: String
    /// The lines, the last of which has the option.
    let text: String
    let effect: Effect

    var testDescription: String { text.split(separator: "\n").last.map(String.init) ?? name }

    /// The first listener is there in any case.
    static let listener = "listener 1883\n"
    static let bridge = listener + "connection b\naddress host\ntopic #\n"

    private init(_ name: String, _ text: String, _ effect: Effect) {
        self.name = name
        self.text = text
        self.effect = effect
    }

    /// An option with a value that changes something.
    static func changes(
        _ name: String,
        _ value: String,
        after lines: String = listener,
        _ holds: @escaping @Sendable (ServerSettings) -> Bool
    ) -> Self {
        Self(name, lines + "\(name) \(value)\n", .changes(holds))
    }

    /// An option that is taken and has nothing to do.
    static func accepted(_ name: String, _ value: String, after lines: String = listener) -> Self {
        Self(name, lines + "\(name) \(value)\n", .accepted)
    }

    /// An option that is taken with a warning.
    static func warned(_ name: String, _ value: String, after lines: String = listener) -> Self {
        Self(name, lines + "\(name) \(value)\n", .warned)
    }

    /// An option of a bridge, with a right value and a wrong one; without a wrong one it is an empty one.
    static func bridge(_ name: String, _ value: String, wrong: String = "", after lines: String = "") -> Self {
        Self(name, bridge + lines + "\(name) \(value)\n", .bridge(wrong: wrong))
    }
}

extension ServerSettings {
    /// The first listener.
    var first: ListenerSettings { listeners.first ?? ListenerSettings(.unix(path: "there is no listener")) }
    /// What the first listener holds its Clients to.
    var rules: ListenerRules { first.rules }
    /// The broker's limits.
    var limits: BrokerConfiguration.Limits { broker.limits }
}
