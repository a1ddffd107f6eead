import Testing

@testable import MQTT
@testable import Support

/// What each option changes in the settings.
@Suite("Configuration options")
struct ConfigurationOptionTests {
    /// Options whose files must be there; `ConfigurationSecurityTests` has them.
    private static let withFiles: Set<String> = ["password_file", "acl_file", "psk_file", "psk_hint"]
    private static let rows =
        ConfigurationOptionRow.general + ConfigurationOptionRow.listeners + ConfigurationOptionRow.bridges

    @Test("each option has a row here, and each row an option")
    func completeness() {
        let known = Set(ConfigurationTable.all.flatMap(\.names)).subtracting(Self.withFiles)
        let tested = Set(Self.rows.map(\.name))
        let families = tested.filter { $0.hasPrefix("plugin_opt_") || $0.hasPrefix("auth_opt_") }
        #expect(!families.isEmpty)
        #expect(known.subtracting(tested) == ["plugin_opt_*", "auth_opt_*"])
        #expect(tested.subtracting(known) == families)
    }

    @Test("no name stands for two options")
    func uniqueNames() {
        let names = ConfigurationTable.all.flatMap(\.names)
        #expect(Set(names).count == names.count)
        for name in names where !name.hasSuffix("*") {
            #expect(ConfigurationTable.option(named: name)?.names.contains(name) == true)
        }
    }

    @Test("an option changes what it is to change", arguments: rows)
    func effect(_ row: ConfigurationOptionRow) throws {
        switch row.effect {
        case .changes(let holds):
            #expect(holds(try .parsing(row.text)))
            #expect(!holds(try .parsing(ConfigurationOptionRow.listener)), "it holds without the option too")
        case .accepted:
            #expect(try ServerSettings.parsing(row.text).warnings == [])
        case .warned:
            let again = String(row.text.split(separator: "\n").last ?? "")
            let warnings = try ServerSettings.parsing(row.text + again).warnings
            #expect(warnings.count == 1)
            #expect(warnings.first?.problem.hasPrefix(row.name) == true)
            #expect(warnings.first?.line == 2)
        case .bridge(let wrong):
            let warnings = try ServerSettings.parsing(row.text).warnings
            #expect(warnings.map(\.line) == [2])
            #expect(warnings.first?.problem == "connection has no effect: there are no bridges in this version")
            let error = ConfigurationError.of { () throws(ConfigurationError) in
                try ServerSettings.parsing(ConfigurationOptionRow.bridge + "\(row.name) \(wrong)")
            }
            #expect(error?.line == 5)
            #expect(error?.problem.contains("\(row.name) \(wrong.isEmpty ? "has no value" : "is \(wrong)")") == true)
        }
    }

    @Test("a default is what holds without the option: setting it changes nothing", arguments: ConfigurationTable.all)
    func defaults(_ option: ConfigurationOption) throws {
        guard case .value(let text) = option.defaultValue, option.scope != .bridge else { return }
        let settings = try ServerSettings.parsing("listener 1883\n\(option.name) \(text)")
        #expect(settings.warnings == [])
        #expect(Self.comparable(settings) == Self.comparable(try .parsing("listener 1883")))
    }

    /// The settings as text, without where they come from.
    private static func comparable(_ settings: ServerSettings) -> [String] {
        var settings = settings
        settings.restartOptions = RestartOptions()
        return settings.comparableText
    }

    @Test("without options the limits are those of mosquitto")
    func mosquittosDefaults() throws {
        let settings = try ServerSettings.parsing("listener 1883")
        #expect(settings.first.address == .tcp(host: nil, port: 1_883))
        #expect(!settings.isLocalOnly)
        #expect(!settings.rules.access.allowsAnonymous)
        #expect(settings.limits.inFlightMessages == 20)
        #expect(settings.limits.receiveMaximum == 20)
        #expect(settings.limits.queuedMessages == 1_000)
        #expect(settings.limits.queuedBytes == .max)
        #expect(settings.limits.packetSize == 2_000_000)
        #expect(settings.broker.maximumKeepAlive == 0)
        #expect(settings.broker.maximumSessionExpiryInterval == nil)
        #expect(settings.broker.retainExpiryInterval == nil)
        #expect(settings.rules.topicAliasMaximum == 10)
        #expect(settings.rules.maximumConnections == nil)
        #expect(settings.systemInterval == 10)
        #expect(settings.log == LogSettings())
        #expect(settings.process.user == "mosquitto")
        #expect(settings.persistence == ServerSettings.Persistence())
        #expect(settings.warnings == [])
        #expect(settings.broker.listeners.count == 1)
    }
}

extension ConfigurationOption: CustomTestStringConvertible {
    var testDescription: String { name }
}

extension ServerSettings {
    /// Every field, as text, in the same order each time; sets are in order too.
    fileprivate var comparableText: [String] {
        func lines(_ value: Any, _ path: String) -> [String] {
            let mirror = Mirror(reflecting: value)
            if mirror.children.isEmpty || mirror.displayStyle == .enum { return ["\(path) = \(value)"] }
            let isUnordered = mirror.displayStyle == .set || mirror.displayStyle == .dictionary
            let parts = mirror.children.enumerated().map { index, child in
                lines(child.value, isUnordered ? path : "\(path).\(child.label ?? "\(index)")")
            }
            return isUnordered ? parts.joined().sorted() : Array(parts.joined())
        }
        return lines(self, "settings")
    }
}
