import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// What the options about access change for Clients of a running broker.
@Suite("Options in effect: access")
struct OptionAccessTests {
    private static let list = """
        topic read public
        user ann
        topic read a/#
        topic write b
        topic deny a/secret
        """

    @Test("allow_anonymous is false where a listener is configured; listener_allow_anonymous wins over it")
    func anonymous() async throws {
        try await ConfiguredServer.run("listener 0 127.0.0.1\n") { (server) async throws in
            #expect(try await server.connect("a").answer == .notAuthorized)
        }
        let text = "allow_anonymous true\nlistener 0 127.0.0.1\nlistener 0 127.0.0.1\nlistener_allow_anonymous false\n"
        try await ConfiguredServer.run(text) { (server) async throws in
            #expect(try await server.connect("a").answer == .success)
            #expect(try await server.connect("b", at: 1).answer == .notAuthorized)
            try await server.reload("allow_anonymous false\n" + text.split(separator: "\n", maxSplits: 1)[1])
            #expect(try await server.connect("c").answer == .notAuthorized)
        }
    }

    @Test("per_listener_settings: each listener has its own users and rights")
    func perListener() async throws {
        let text = """
            per_listener_settings true
            listener 0 127.0.0.1
            allow_anonymous true
            acl_file @/list
            listener 0 127.0.0.1
            password_file @/users
            """
        let files = ["list": Self.list, "users": try TestUsers.line("ann", "secret")]
        try await ConfiguredServer.run(text, files: files) { (server) async throws in
            let first = try await server.connect("a", userName: "ann", password: "wrong")
            #expect(first.answer == .success, "nobody looks at passwords here")
            #expect(try await first.subscribe("elsewhere") == .notAuthorized)
            #expect(try await server.connect("b", at: 1).answer == .notAuthorized)
            #expect(
                try await server.connect("b", userName: "ann", password: "wrong", at: 1).answer
                    == .badUserNameOrPassword
            )
            let second = try await server.connect("b", userName: "ann", password: "secret", at: 1)
            #expect(second.answer == .success)
            #expect(try await second.subscribe("elsewhere") == .grantedQoS2)
        }
    }

    @Test("acl_file: what it does not allow is refused, and the log has one line with user, client, address and rule")
    func accessControl() async throws {
        try await ConfiguredServer.run(
            ConfiguredServer.open + "acl_file @/list\n",
            files: ["list": Self.list]
        ) { (server) async throws in
            let ann = try await server.connect("sensor", userName: "ann")
            #expect(try await ann.subscribe("other/#") == .notAuthorized)
            #expect(try await ann.subscribe("a/1") == .grantedQoS2)
            #expect(try await ann.publish("b") == .noMatchingSubscribers)
            #expect(try await ann.publish("a/secret") == .notAuthorized)
            let old = try await server.connect("old", userName: "ann", version: .v3_1_1)
            #expect(try await old.subscribe("other/#") == .unspecifiedError)
            #expect(try await old.publish("a/1") == .success, "version 3.1.1 has no word for it")
            let nobody = try await server.connect("nobody")
            #expect(try await nobody.subscribe("public") == .grantedQoS2)
            #expect(try await nobody.subscribe("a/1") == .notAuthorized)
            #expect(try await ann.messages().isEmpty)

            try await server.log.wait(for: "nobody may not subscribe")
            let denials = server.log.lines(with: "denied: ")
            #expect(denials.count == 5)
            let words = [
                ["sensor may not subscribe to other/#", "no rule of the access control file", "user ann"],
                ["sensor may not publish to a/secret", "line 5 of the access control file: topic deny a/secret"],
                ["old may not subscribe to other/#", "user ann"],
                ["old may not publish to a/1", "user ann"],
                ["nobody may not subscribe to a/1"],
            ]
            for (line, words) in zip(denials, words) {
                for word in words + ["from 127.0.0.1:"] {
                    #expect(line.contains(word))
                }
            }
        }
    }

    @Test(
        "client identifiers: allow_zero_length_clientid, auto_id_prefix, listener_auto_id_prefix, clientid_prefixes"
    )
    func clientIdentifiers() async throws {
        let two = ConfiguredServer.open + "listener 0 127.0.0.1\nlistener_auto_id_prefix other-\n"
        try await ConfiguredServer.run("auto_id_prefix given-\n" + two) { (server) async throws in
            for (listener, prefix) in ["given-", "other-"].enumerated() {
                let client = try await server.connect("", at: listener)
                let identifier = client.connack?.properties[string: .assignedClientIdentifier]
                #expect(identifier?.description.hasPrefix(prefix) == true)
            }
            try await server.reload("clientid_prefixes dev-\n" + two)
            #expect(try await server.connect("dev-1").answer == .success)
            #expect(try await server.connect("lab-1").answer == .notAuthorized)
            try await server.reload("allow_zero_length_clientid false\n" + two)
            #expect(try await server.connect("").answer == .clientIdentifierNotValid)
        }
    }

    @Test("check_retain_source: who lost the right to publish has published nothing", arguments: [true, false])
    func retainSource(isChecked: Bool) async throws {
        let text = ConfiguredServer.open + "check_retain_source \(isChecked)\nacl_file @/list\n"
        let list = "user bob\ntopic read b\nuser ann\ntopic "
        try await ConfiguredServer.run(text, files: ["list": list + "readwrite b"]) { (server) async throws in
            let ann = try await server.connect("a", userName: "ann")
            try await ann.publish("b", "old", retain: true)
            try await server.reload(text, files: ["list": list + "read b"])
            let bob = try await server.connect("b", userName: "bob")
            try await bob.subscribe("b")
            #expect(try await bob.payloads() == (isChecked ? [] : ["old"]))
        }
    }

    // MARK: Plugins

    @Test(
        "plugin and auth_plugin: what mosquitto's plugins for files do is built in, with plugin_opt_… and auth_opt_…",
        arguments: [("plugin", "plugin_opt_"), ("auth_plugin", "auth_opt_"), ("global_plugin", "plugin_opt_")]
    )
    func plugins(plugin: String, option: String) async throws {
        let text = """
            listener 0 127.0.0.1
            \(plugin) /usr/lib/mosquitto_password_file.so
            \(option)password_file @/users
            \(plugin) /usr/lib/mosquitto_acl_file.so
            \(option)acl_file @/list
            """
        let files = ["list": Self.list, "users": try TestUsers.line("ann", "secret")]
        try await ConfiguredServer.run(text, files: files) { (server) async throws in
            #expect(try await server.connect("a", userName: "ann", password: "x").answer == .badUserNameOrPassword)
            let ann = try await server.connect("a", userName: "ann", password: "secret")
            #expect(ann.answer == .success)
            #expect(try await ann.subscribe("other") == .notAuthorized)
        }
    }

    @Test("plugin_load and plugin_use: a plugin holds at the listeners that use it")
    func pluginUse() async throws {
        let text = """
            plugin_load rights /usr/lib/mosquitto_acl_file.so
            plugin_opt_acl_file @/list
            allow_anonymous true
            listener 0 127.0.0.1
            plugin_use rights
            listener 0 127.0.0.1
            """
        try await ConfiguredServer.run(text, files: ["list": Self.list]) { (server) async throws in
            #expect(try await server.connect("a").subscribe("other") == .notAuthorized)
            #expect(try await server.connect("b", at: 1).subscribe("other") == .grantedQoS2)
        }
    }

    @Test("an unknown plugin might have checked passwords: nobody with a user name is let in")
    func unknownPlugin() async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "plugin /usr/lib/other.so\n") { (server) async throws in
            #expect(try await server.connect("a", userName: "ann", password: "x").answer == .badUserNameOrPassword)
            #expect(server.settings.warnings.count == 1)
        }
    }

    @Test("auth_plugin_deny_special_chars: names with + and # get nothing from patterns, also where that is turned off")
    func specialCharacters() async throws {
        let text = ConfiguredServer.open + "acl_file @/list\nauth_plugin_deny_special_chars false\n"
        try await ConfiguredServer.run(text, files: ["list": "pattern readwrite home/%u\n"]) { (server) async throws in
            #expect(server.settings.warnings.map(\.problem).contains { $0.contains("auth_plugin_deny_special_chars") })
            #expect(try await server.connect("a", userName: "ann").subscribe("home/ann") == .grantedQoS2)
            #expect(try await server.connect("b", userName: "+").subscribe("home/ann") == .notAuthorized)
            #expect(try await server.connect("c", userName: "#").subscribe("home/#") == .notAuthorized)
        }
    }

    // MARK: $CONTROL

    @Test("enable_control_api: who is allowed it learns where the broker listens, and after a reload nobody")
    func control() async throws {
        let listeners = ConfiguredServer.open + "acl_file @/list\nlistener 0 127.0.0.1\nprotocol websockets\n"
        let list = "user admin\ntopic readwrite $CONTROL/#\n"
        let topic = "$CONTROL/broker/v1"
        try await ConfiguredServer.run("enable_control_api true\n" + listeners, files: ["list": list]) {
            (server) async throws in
            let admin = try await server.connect("a", userName: "admin")
            #expect(try await admin.subscribe("\(topic)/response") == .grantedQoS2)
            let question = #"{"commands":[{"command":"listListeners","correlationData":"7"}]}"#
            #expect(try await admin.publish(topic, question) == .success)
            let expected = [(server.port(0), "mqtt"), (server.port(1), "websockets")].map { port, kind in
                #"{"address":"127.0.0.1","port":\#(port),"protocol":"\#(kind)","tls":false}"#
            }
            #expect(
                try await admin.message()?.payloadText
                    == #"{"responses":[{"command":"listListeners","data":{"listeners":["#
                    + expected.joined(separator: ",") + #"]},"correlationData":"7"}]}"#
            )
            #expect(try await server.connect("b", userName: "other").publish(topic, question) == .notAuthorized)
            try await server.reload(listeners, files: ["list": list])
            #expect(try await admin.publish(topic, question) == .notAuthorized)
        }
    }
}
