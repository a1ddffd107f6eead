import Testing

@testable import MQTT

/// What is told when a configuration is read again.
@Suite("Reading a configuration again")
struct ConfigurationReloadTests {
    private static let old = "user a\nlistener 1\nmax_qos 1\nwebsockets_origin a\nlistener 2 h\nsys_interval 3"

    /// A new configuration, and how each warning about it begins.
    private static let news: [(text: String, warnings: [String])] = [
        (old, []),
        ("# moved\n" + old, []),
        (old + "\nsys_interval 4\nallow_anonymous true\nlog_type all\nmax_queued_messages 4", []),
        (old.replacing("user a", with: "user a # x"), []),
        (old.replacing("user a", with: "user b"), ["t.conf:1: user has changed"]),
        (old.replacing("user a", with: ""), ["t.conf: user is not set any more"]),
        (old.replacing("max_qos 1", with: "max_qos 2"), ["t.conf:3: max_qos of listener 1 has changed"]),
        (old.replacing("max_qos 1", with: ""), ["t.conf: max_qos of listener 1 is not set any more"]),
        (old + "\nmax_qos 2", []),
        (old + "\nmax_qos 1", ["t.conf:7: max_qos of listener 2 h has changed"]),
        (
            old.replacing("origin a", with: "origin a\nwebsockets_origin b"),
            ["t.conf:5: websockets_origin of listener 1"]
        ),
        (old + "\nlistener 3\nmax_qos 0", ["t.conf:7: listener 3 is new"]),
        (
            old.replacing("listener 2 h", with: "listener 4"),
            ["t.conf: listener 2 h is gone", "t.conf:5: listener 4 is new"]
        ),
        (old + "\nplugin /x/y.so", ["t.conf:7: plugin has changed"]),
        (old + "\npid_file x", ["t.conf:7: pid_file has changed"]),
        (old + "\ncertfile c\nkeyfile k", []),
    ]

    @Test("options that hold until a restart are named where they have changed, and no others", arguments: news)
    func changes(text: String, warnings: [String]) throws {
        let before = try ServerSettings.parsing(Self.old)
        let found = try ServerSettings.parsing(text).changesThatNeedRestart(from: before).map(\.description)
        #expect(found.count == warnings.count, "\(found)")
        for (warning, expected) in zip(found, warnings) {
            #expect(warning.hasPrefix(expected))
        }
    }

    @Test("options of plugins are compared too")
    func plugins() throws {
        let text = "listener 1\nplugin /x/y.so\nplugin_opt_a 1"
        let changed = try ServerSettings.parsing(text + "2").changesThatNeedRestart(from: try .parsing(text))
        #expect(changed.map(\.line) == [3])
        #expect(changed.first?.problem.hasPrefix("/x/y.so plugin_opt_a has changed") == true)
    }

    @Test("without a file nothing is compared")
    func noFile() throws {
        let settings = try ServerSettings.read(configurationFile: nil)
        #expect(settings.changesThatNeedRestart(from: settings) == [])
    }
}
