#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The environment variables that all subcommands read.
///
/// An option on the command line wins over `MQTT_BROKER_…`, and that over `MQTT_…`.
enum Environment {
    static var host: String? { own("MQTT_BROKER_HOST") ?? own("MQTT_HOST") }
    static var port: String? { own("MQTT_BROKER_PORT") ?? own("MQTT_PORT") }
    static var clientIdentifier: String? { own("MQTT_CLIENT_ID") }
    static var userName: String? { own("MQTT_USERNAME") }
    static var password: String? { own("MQTT_PASSWORD") }

    /// The value of a variable that is ours: mosquitto's programs know none, and a link of their name goes where they would.
    private static func own(_ name: String) -> String? {
        ProgramName.current.isLink ? nil : value(name)
    }

    /// All variables by their names.
    static var all: [String: String] {
        var variables: [String: String] = [:]
        var index = 0
        // The environment is an array of strings that ends with a null pointer; nothing changes it meanwhile.
        while let entry = unsafe environ[index] {
            // A string of the environment ends with a zero byte.
            let text = unsafe String(cString: entry)
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            index += 1
        }
        return variables
    }

    /// The value of a variable; an empty one counts as none.
    static func value(_ name: String) -> String? {
        // The string is copied before anything else touches the environment.
        guard let text = unsafe getenv(name) else { return nil }
        // `getenv` returns a string that ends with a zero byte.
        let value = unsafe String(cString: text)
        return value.isEmpty ? nil : value
    }
}
