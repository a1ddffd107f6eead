import Testing

@testable import MQTT
@testable import Support

/// Who is let in at which listener, and from which files that is known.
@Suite("Security of a configuration")
struct ConfigurationSecurityTests {
    private let directory: TemporaryFolder
    private let passwords: String
    private let access: String
    private let keys: String

    init() throws {
        directory = try TemporaryFolder("security")
        passwords = try directory.write("", to: "passwords")
        access = try directory.write("topic read a/#\nuser u\ntopic b", to: "access")
        keys = try directory.write("client:00ff", to: "keys")
    }

    @Test("files are read, and hold for all listeners")
    func shared() throws {
        let settings = try ServerSettings.parsing(
            "listener 1\npassword_file \(passwords)\nlistener 2\nacl_file \(access)\nallow_anonymous true"
        )
        for listener in settings.listeners {
            #expect(listener.security.passwordFile == passwords)
            #expect(listener.security.passwords != nil)
            #expect(listener.security.accessControlFile == access)
            #expect(listener.rules.access.accessControlList != nil)
            #expect(listener.rules.access.checksPasswords)
            #expect(listener.rules.access.allowsAnonymous)
        }
        let plain = try ServerSettings.parsing("listener 1")
        #expect(!plain.rules.access.checksPasswords && plain.rules.access.accessControlList == nil)
    }

    @Test("with per_listener_settings, files and names belong to the last listener")
    func perListener() throws {
        let settings = try ServerSettings.parsing(
            """
            per_listener_settings true
            listener 1
            password_file \(passwords)
            auto_id_prefix one-
            listener 2
            acl_file \(access)
            allow_anonymous true
            allow_zero_length_clientid false
            listener 3
            """
        )
        #expect(settings.listeners.map(\.security.passwordFile) == [passwords, nil, nil])
        #expect(settings.listeners.map(\.security.accessControlFile) == [nil, access, nil])
        #expect(settings.broker.listeners.map(\.access.checksPasswords) == [true, false, false])
        #expect(settings.broker.listeners.map(\.access.allowsAnonymous) == [false, true, false])
        #expect(settings.broker.listeners.map(\.access.allowsZeroLengthClientIdentifier) == [true, false, true])
        #expect(settings.broker.listeners.map(\.assignedClientIdentifierPrefix) == ["one-", "auto-", "auto-"])
    }

    @Test("listener_allow_anonymous and listener_auto_id_prefix win", arguments: [true, false])
    func listenerWins(perListener: Bool) throws {
        let settings = try ServerSettings.parsing(
            """
            per_listener_settings \(perListener)
            listener 1
            listener_allow_anonymous false
            allow_anonymous true
            listener 2
            allow_anonymous true
            listener_auto_id_prefix two-
            """
        )
        #expect(settings.broker.listeners.map(\.access.allowsAnonymous) == [false, true])
        #expect(settings.broker.listeners.map(\.assignedClientIdentifierPrefix) == ["auto-", "two-"])
    }

    @Test("what belongs to no listener opens none, and a warning says so")
    func beforeTheFirst() throws {
        let text = "per_listener_settings true\npassword_file \(passwords)\n"
        let settings = try ServerSettings.parsing(text + "listener 1")
        #expect(settings.listeners.count == 1 && !settings.rules.access.checksPasswords)
        #expect(settings.warnings.map(\.line) == [2])
        #expect(settings.warnings.first?.problem.hasPrefix("password_file has no effect") == true)
        let local = try ServerSettings.parsing(text)
        #expect(local.isLocalOnly && local.rules.access.checksPasswords && local.warnings == [])
    }

    @Test("a listener with a hint takes pre-shared keys")
    func preSharedKeys() throws {
        let settings = try ServerSettings.parsing(
            "psk_file \(keys)\nlistener 1\npsk_hint some hint\nuse_identity_as_username true\nlistener 2"
        )
        #expect(settings.listeners.map(\.tls?.preSharedKeyHint) == ["some", nil])
        #expect(settings.first.tls?.userNameSource == .identity)
        #expect(settings.first.security.preSharedKeyFile == keys)
        #expect(settings.first.security.preSharedKeys?.key(of: "client") == [0, 0xFF])
    }

    @Test("an error in a file names the file and its line")
    func wrongFile() throws {
        let file = try directory.write("topic read a\nnonsense\n", to: "wrong")
        let error = ConfigurationError.of { () throws(ConfigurationError) in
            try ServerSettings.parsing("listener 1\nacl_file \(file)")
        }
        #expect(error?.description.hasPrefix("\(file):2: ") == true)
    }

    @Test("what a file has and does not need becomes a warning, once for all listeners")
    func notices() throws {
        let file = try directory.write("client:00ff\nclient:00ff\n", to: "twice")
        let settings = try ServerSettings.parsing("psk_file \(file)\nlistener 1\npsk_hint h\nlistener 2")
        #expect(settings.warnings.map(\.file) == [file])
    }

    @Test("mosquitto's own plugins for files are built in")
    func builtInPlugins() throws {
        let settings = try ServerSettings.parsing(
            """
            listener 1
            plugin /usr/lib/mosquitto_password_file.so
            plugin_opt_password_file \(passwords)
            plugin /usr/lib/mosquitto_acl_file.so
            plugin_opt_acl_file \(access)
            plugin /usr/lib/mosquitto_sparkplug_aware.so
            """
        )
        #expect(settings.first.security.passwordFile == passwords && settings.first.security.passwords != nil)
        #expect(settings.rules.access.checksPasswords && settings.rules.access.accessControlList != nil)
        #expect(settings.warnings.map(\.line) == [6])
    }

    @Test("a plugin holds where it belongs")
    func pluginPlaces() throws {
        let load = "plugin_load p /x/unknown.so\n"
        let used = try ServerSettings.parsing(load + "listener 1\nplugin_use p\nlistener 2")
        #expect(used.listeners.map(\.rules.access.checksPasswords) == [true, false])
        #expect(try ServerSettings.parsing(load + "listener 1").rules.access.checksPasswords == false)
        let perListener = "per_listener_settings true\nlistener 1\nauth_plugin /x/unknown.so\nlistener 2\n"
        let own = try ServerSettings.parsing(perListener)
        #expect(own.listeners.map(\.rules.access.checksPasswords) == [true, false])
        let all = try ServerSettings.parsing(perListener.replacing("auth_plugin", with: "global_plugin"))
        #expect(all.listeners.map(\.rules.access.checksPasswords) == [true, true])
    }

    @Test("an unknown plugin might check passwords: no user passes without it, and one warning says so")
    func unknownPlugin() throws {
        let settings = try ServerSettings.parsing(
            "listener 1\nlistener 2\nallow_anonymous true\nauth_plugin /x/unknown.so\nauth_opt_any thing"
        )
        #expect(settings.listeners.allSatisfy { $0.rules.access.checksPasswords && $0.security.passwords == nil })
        #expect(settings.warnings.map(\.line) == [4])
        #expect(settings.warnings.first?.problem.contains("no client with a user name is let in") == true)
    }

    @Test("the plugin that keeps messages is built in")
    func persistencePlugin() throws {
        let text = "listener 1\nglobal_plugin mosquitto_persist_sqlite.so\n"
        #expect(try ServerSettings.parsing(text).persistence.isEnabled)
        let settings = try ServerSettings.parsing(
            text + "plugin_opt_db_file /var/x y/z.db\nplugin_opt_sync extra\nplugin_opt_flush_period 5"
        )
        #expect(settings.persistence.location == "/var/x y")
        #expect(settings.persistence.file == "z.db")
        #expect(settings.persistence.synchronization == .full)
        #expect(settings.warnings == [])
    }
}
