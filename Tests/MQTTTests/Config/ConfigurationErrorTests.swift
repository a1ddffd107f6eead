import Testing

@testable import MQTT

/// What is wrong in a configuration is told with its file and line, and nothing of it takes effect.
@Suite("Wrong configurations")
struct ConfigurationErrorTests {
    @Test("a wrong line is named", arguments: WrongConfiguration.lines)
    func line(_ wrong: WrongConfiguration) {
        check(wrong)
    }

    @Test("lines that do not go together are named", arguments: WrongConfiguration.combinations)
    func combination(_ wrong: WrongConfiguration) {
        check(wrong)
    }

    private func check(_ wrong: WrongConfiguration) {
        let error = ConfigurationError.of { () throws(ConfigurationError) in try ServerSettings.parsing(wrong.text) }
        let description = error?.description ?? "no error"
        #expect(description.hasPrefix("\(configurationName):\(wrong.line): "), "\(description)")
        #expect(description.contains(wrong.part), "\(description)")
    }

    @Test("ports of the command line have bounds too")
    func ports() {
        var overrides = ConfigurationOverrides()
        for (ports, part) in [
            ([65_536], "the port is 65536; allowed is a number from 0 to 65535"), ([-1], "the port is -1"),
            (Array(1...11), "there are 11 ports; 10 are allowed"), ([5, 5], "a port is given twice"),
        ] {
            overrides.ports = ports
            let error = ConfigurationError.of { () throws(ConfigurationError) in
                try ServerSettings.read(configurationFile: nil, overrides: overrides)
            }
            #expect(error?.description.contains(part) == true)
        }
    }
}
