import Foundation
import Testing

@testable import Support

/// A room server in the broker's process, and the access control file of the README.
@Suite("Rooms in the broker", .timeLimit(.minutes(2)))
struct RoomBrokerTests {
    @Test("tinymqtt broker --rooms needs nothing else")
    func inTheBroker() async throws {
        let broker = try await RunningBroker.start(.tinymqtt, arguments: ["--rooms"])
        try await broker.process.waitForError("rooms: serving")
        let parties = Parties(port: broker.port)
        let alice = try await parties.member("alice", ["lobby"])
        #expect(try await parties.sendRoom("lobby", "hi").text == "sent to 1 member of lobby\n")
        try await alice.waitForLine("[lobby] hi")
        // With the broker its memberships end; when it comes back, members join again by themselves.
        #expect(try await broker.stop().status == 0)
        let again = try await RunningBroker.start(.tinymqtt, port: broker.port, arguments: ["--rooms"])
        try await alice.waitForError("joined lobby", times: 2)
        #expect(try await parties.sendRoom("lobby", "again").text == "sent to 1 member of lobby\n")
        try await alice.interrupt()
        #expect(try await again.stop().status == 0)
    }

    @Test("the room server is started again under another name when somebody has taken its session over")
    func takenOver() async throws {
        let broker = try await RunningBroker.start(.tinymqtt, arguments: ["--rooms", "-v"])
        // The two lines come from two threads, in either order.
        let said = try await broker.process.wait(for: "the room server's connection") { said in
            said.errorText.contains("rooms: serving") && said.errorText.contains(/tinymqtt-rooms-[0-9a-z]+.*\n/)
        }
        let name = try #require(said.errorText.firstMatch(of: /tinymqtt-rooms-[0-9a-z]+/)).0
        let parties = Parties(port: broker.port)
        let thief = try parties.start("sub", ["-i", String(name), "-t", "x"])
        try await broker.process.wait(for: "another start") { $0.errorText.ranges(of: "rooms: serving").count == 2 }
        let alice = try await parties.member("alice", ["lobby"])
        #expect(try await parties.sendRoom("lobby", "hi").text == "sent to 1 member of lobby\n")
        try await alice.interrupt()
        thief.send(signal: SIGTERM)
        #expect(try await broker.stop().status == 0)
    }

    @Test(
        "the README's commands do what they say",
        .enabled(if: Peers.path(of: "bash") != nil && Peers.hasMosquitto, "bash or mosquitto is not installed")
    )
    func readme() async throws {
        let blocks = try ReadmeBlock.all(in: SourceTree.text("README.md"))
        func lines(_ label: String) throws -> [Substring] { try #require(blocks.first { $0.label == label }).lines }
        let programs = URL(filePath: Peers.tinymqtt).deletingLastPathComponent().path
        var environment: [String: String?] = [
            "PATH": "\(programs):\(ProcessInfo.processInfo.environment["PATH"] ?? "")", "MQTT_HOST": "127.0.0.1",
            "MQTT_PORT": "0", "MQTT_BROKER_HOST": nil, "MQTT_BROKER_PORT": nil,
        ]
        func start(_ line: Substring) throws -> ChildProcess {
            try ChildProcess("bash", ["-c", "exec \(line)"], environment: environment)
        }
        let broker = try start(try #require(try lines("sh rooms broker").first))
        let said = try await broker.waitForError("rooms: serving")
        let port = try #require(said.errorText.firstMatch(of: /listening on 127.0.0.1:(\d+)/)).1
        environment["MQTT_PORT"] = String(port)
        let observer = try Parties(port: Int(port) ?? 0).start("sub", ["-t", "server/status", "--debug"])
        try await observer.waitForError("SUBACK")
        let members = try lines("sh rooms members").map { try start($0) }
        try await observer.wait(for: "all members") {
            $0.text.contains(#""alice","bob""#) && $0.text.contains("charlie")
        }
        observer.send(signal: SIGTERM)
        // mosquitto's clients do not look into the environment.
        let commands = try lines("sh rooms operator").joined(separator: "\n")
            .replacing("mosquitto_pub", with: "mosquitto_pub -p \(port)")
        let ran = try await ChildProcess.run("bash", ["-ec", commands], environment: environment)
        #expect(ran.status == 0, "\(ran.errorText)")
        #expect(ran.text == "sent to 2 members of lobby\nsent to bob in lobby\nlobby: alice, bob\nops: charlie\n")
        try await members[1].waitForLine("[lobby] from a script")
        #expect(members[1].soFar.text == "[lobby] Hello lobby!\n[lobby, direct] Private hello\n[lobby] from a script\n")
        for member in members {
            try await member.interrupt()
        }
        #expect(members[2].soFar.text == "")
        broker.send(signal: SIGTERM)
        #expect(try await broker.waitForEnd().status == 0)
    }

    @Test("with the README's access control file only the operator can command, and users hear only what is theirs")
    func accessControl() async throws {
        let blocks = try ReadmeBlock.all(in: SourceTree.text("README.md"))
        let list = try #require(blocks.first { $0.label == "text rooms acl" }, "README.md has no such block").text
        let folder = try TemporaryFolder()
        for (number, user) in ["ann", "bob", "operator"].enumerated() {
            let options = (number == 0 ? ["-c"] : []) + ["-b", folder.path("passwords"), user, "secret"]
            #expect(try await ChildProcess.run(Peers.tinymqtt, ["passwd"] + options).status == 0)
        }
        let configuration = """
            listener 0 127.0.0.1
            allow_anonymous false
            password_file @/passwords
            acl_file @/acl
            """
        let files = ["passwords": try folder.text("passwords"), "acl": list]
        let broker = try await ConfiguredBroker.start(configuration, files: files, arguments: ["--rooms"])
        let parties = Parties(port: broker.port)
        func login(_ user: String) -> [String] { ["-u", user, "-P", "secret"] }

        #expect(try await parties.run("join", ["--client-id", "ann", "--room", "lobby"]).status == 135)
        let ann = try await parties.member("ann", ["lobby"], login("ann"))
        // A room server in the process goes on through a reload.
        try await broker.reload()
        #expect(try await parties.sendRoom("lobby", "hi", login("operator")).text == "sent to 1 member of lobby\n")
        try await ann.waitForLine("[lobby] hi")
        #expect(try await parties.sendRoom("lobby", "hi", login("ann")).status == 135)
        let eavesdropper = try await parties.run("sub", login("bob") + ["-V", "5", "-t", "clients/ann/direct"])
        #expect(eavesdropper.status == 135)
        let forged = try await parties.run(
            "pub",
            login("bob") + ["-V", "5", "-q", "1", "-t", "rooms/lobby/messages", "-m", "forged"]
        )
        #expect(forged.status == 135)
        try await ann.interrupt()
        #expect(ann.soFar.text == "[lobby] hi\n")
        #expect(try await broker.stop().status == 0)
    }
}
