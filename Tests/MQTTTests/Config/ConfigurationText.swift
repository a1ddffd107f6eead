@testable import MQTT

/// The name of the file that the configurations of tests seem to stand in.
let configurationName = "t.conf"

extension ServerSettings {
    /// What a text says that stands in no file.
    static func parsing(
        _ text: String,
        overrides: ConfigurationOverrides = ConfigurationOverrides()
    ) throws(ConfigurationError) -> ServerSettings {
        let file = TextFile(path: configurationName, bytes: Array(text.utf8))
        let directives = try ConfigurationFile.parse(file)
        return try read(directives, mainFile: configurationName, overrides: overrides)
    }
}

extension ConfigurationError {
    /// Runs `body`, which is to fail, and returns how.
    static func of<Value>(_ body: () throws(ConfigurationError) -> Value) -> ConfigurationError? {
        do throws(ConfigurationError) {
            _ = try body()
            return nil
        } catch {
            return error
        }
    }
}
