import Foundation
import Testing

@testable import MQTT
@testable import Support
@testable import tinymqtt

/// A running broker as init scripts, systemd and containers see it.
@Suite("The broker as a service")
struct BrokerProcessServiceTests {
    private let directory: TemporaryFolder

    init() throws {
        directory = try TemporaryFolder("service")
    }

    /// Waits for the end of a process that is nobody's child here.
    private func waitForEnd(of process: Int) async throws {
        _ = try await ChildProcess.run("tail", ["--pid=\(process)", "-f", "/dev/null"])
    }

    @Test("-d returns when the broker serves, -q is silent, and the pid file has the number until the end")
    func daemon() async throws {
        let port = try RunningBroker.freePort()
        let identifierFile = directory.path("tinymqtt.pid")
        let file = try directory.write(
            "listener \(port) 127.0.0.1\nallow_anonymous true\nuser root\npid_file \(identifierFile)\n",
            to: "tinymqtt.conf"
        )
        let started = try await ChildProcess.run(Peers.tinymqtt, ["broker", "-d", "-q", "-c", file])
        #expect(started.status == 0)
        #expect(started.output.isEmpty && started.errorOutput.isEmpty)
        let client = try await SocketPeer.connect(port: port)
        client.send(.connect(.make("a")))
        #expect(try await client.receive()?.type == .connack)
        let number = try #require(Int(String(contentsOfFile: identifierFile, encoding: .utf8).dropLast()))
        kill(pid_t(number), SIGTERM)
        try await waitForEnd(of: number)
        #expect(!FileManager.default.fileExists(atPath: identifierFile))
    }

    @Test("-d tells what is wrong, with the exit code of it, and leaves no pid file")
    func daemonFails() async throws {
        let first = try await RunningBroker.start(.tinymqtt)
        let identifierFile = directory.path("tinymqtt.pid")
        let log = directory.path("a.log")
        let file = try directory.write(
            "listener \(first.port) 127.0.0.1\npid_file \(identifierFile)\nlog_dest file \(log)\n",
            to: "tinymqtt.conf"
        )
        let second = try await ChildProcess.run(Peers.tinymqtt, ["broker", "-d", "-c", file])
        #expect(second.status == 1)
        #expect(second.errorText.contains("port \(first.port) of 127.0.0.1 is in use"))
        #expect(try String(contentsOfFile: log, encoding: .utf8).contains("Error: "), "the log has it as well")
        #expect(!FileManager.default.fileExists(atPath: identifierFile))
        try directory.write("nonsense\n", to: "tinymqtt.conf")
        let third = try await ChildProcess.run(Peers.tinymqtt, ["broker", "-d", "-c", file])
        #expect(third.status == 3)
        #expect(third.errorText.contains("tinymqtt.conf:1: "))
        _ = try await first.stop()
    }

    @Test("a pid file that cannot be written: a clear error, exit 1, and no socket is left behind")
    func noIdentifierFile() async throws {
        let socket = directory.path("socket")
        let file = try directory.write(
            "listener 0 \(socket)\npid_file \(directory.path("missing/a.pid"))\n",
            to: "tinymqtt.conf"
        )
        let ended = try await ChildProcess.run(Peers.tinymqtt, ["broker", "-c", file])
        #expect(ended.status == 1)
        #expect(ended.errorText.contains("missing/a.pid cannot be written: No such file or directory"))
        #expect(!FileManager.default.fileExists(atPath: socket))
    }

    @Test("a service manager hears when the broker serves, reloads, is alive and stops")
    func serviceManager() async throws {
        let manager = try NotificationSocket(directory.path("notify"))
        let broker = try await RunningBroker.start(
            configuration: "log_type notice\n",
            in: directory,
            environment: ["NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "100000", "WATCHDOG_PID": nil]
        )
        let serving = "READY=1\nSTATUS=listening on 127.0.0.1:\(broker.port)"
        #expect(try manager.receive() == serving)
        #expect(try manager.receive() == "WATCHDOG=1")
        #expect(try manager.receive() == "WATCHDOG=1")
        broker.process.send(signal: SIGHUP)
        #expect(try manager.receiveOther().hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
        #expect(try manager.receiveOther() == serving)
        broker.process.send(signal: SIGTERM)
        #expect(try manager.receiveOther() == "STOPPING=1")
        #expect(try await broker.process.waitForEnd().status == 0)
    }

    @Test("$SYS tells how much memory is in use")
    func heap() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let subscriber = try await ChildProcess.run(
            Peers.tinymqtt,
            ["sub", "-p", "\(broker.port)", "-t", "$SYS/broker/heap/current", "-C", "1"]
        )
        #expect(Int(subscriber.text.dropLast()) ?? 0 > 100_000)
        _ = try await broker.stop()
    }
}

/// A broker that root has started.
@Suite("The user of the broker", .enabled(if: geteuid() == 0, "only root can become somebody else"))
struct BrokerProcessUserTests {
    private let directory: TemporaryFolder

    init() throws {
        directory = try TemporaryFolder("user")
    }

    /// What the system says of a process, all its threads taken together.
    private func status(of process: Int32, _ name: String) throws -> Set<Substring> {
        var values: Set<Substring> = []
        for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task") {
            // A thread may end before it is looked at.
            guard let text = try? String(contentsOfFile: "/proc/\(process)/task/\(thread)/status", encoding: .utf8)
            else { continue }
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(name):") })
            values.formUnion(line.split { $0 == "\t" || $0 == " " }.dropFirst())
        }
        return values
    }

    private func owner(of file: String) throws -> String? {
        try FileManager.default.attributesOfItem(atPath: directory.path(file))[.ownerAccountName] as? String
    }

    @Test("without a configuration it is mosquitto's, or nobody's")
    func withoutConfiguration() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let user = try #require(Privileges.account(of: "mosquitto") ?? Privileges.account(of: "nobody"))
        let identifiers = try status(of: broker.process.processIdentifier, "Uid")
        #expect(identifiers == ["\(user.user)"], "real, effective, saved, and of every thread")
        #expect(try await broker.stop().status == 0)
    }

    @Test("has the files of the log and the sockets, also when they are opened anew, and removes the sockets")
    func files() async throws {
        let configuration = """
            user nobody
            log_dest file \(directory.path("a.log"))
            log_dest stderr
            """
        try directory.write("\(configuration)\nlistener 0 \(directory.path("socket"))\n", to: "tinymqtt.conf")
        // As in /tmp, where everybody makes files and nobody removes those of others.
        try FileManager.default.setAttributes([.posixPermissions: 0o1777], ofItemAtPath: directory.path)
        let broker = try ChildProcess(
            Peers.tinymqtt,
            ["broker", "-c", directory.path("tinymqtt.conf")],
            environment: ["UMASK_SET": "0077"]
        )
        try await broker.waitForError("listening on")
        #expect(try !status(of: broker.processIdentifier, "Groups").contains("0"))
        #expect(try owner(of: "a.log") == "nobody")
        #expect(try owner(of: "socket") == "nobody")
        try FileManager.default.moveItem(atPath: directory.path("a.log"), toPath: directory.path("a.log.1"))
        broker.send(signal: __libc_current_sigrtmin())
        try await broker.waitForError("the log goes on")
        broker.send(signal: SIGTERM)
        #expect(try await broker.waitForEnd().status == 0)
        #expect(try owner(of: "a.log") == "nobody")
        let mode = try FileManager.default.attributesOfItem(atPath: directory.path("a.log"))[.posixPermissions] as? Int
        #expect(mode == 0o600, "0640 without what UMASK_SET takes away")
        #expect(!FileManager.default.fileExists(atPath: directory.path("socket")))
    }

    @Test("is told at the start, and at a reload, what that user cannot read")
    func unreadable() async throws {
        let passwords = try directory.write("", to: "passwords")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: passwords)
        let broker = try await RunningBroker.start(
            configuration: "user nobody\npassword_file \(passwords)\n",
            in: directory
        )
        let place = "\(directory.path("tinymqtt.conf")):2: password_file \(passwords)"
        let warning = "user nobody cannot read the configuration again, and a reload will fail: \(place): cannot be op"
        #expect(broker.process.soFar.errorText.contains(warning))
        broker.process.send(signal: SIGHUP)
        let end = "cannot be opened: Permission denied (it was read as user nobody)\n"
        try await broker.process.waitForError("stays as it was: \(place): \(end)")
        #expect(try await broker.stop().status == 0)
    }

    @Test("a user that does not exist: a clear error and exit 1")
    func missingUser() async throws {
        let file = try directory.write("user does-not-exist\n", to: "tinymqtt.conf")
        let ended = try await ChildProcess.run(Peers.tinymqtt, ["broker", "-c", file, "-p", "0"])
        #expect(ended.status == 1)
        #expect(ended.errorText.contains("there is no user does-not-exist;"))
    }

    @Test("PUID and PGID win, and may keep root")
    func numbers() async throws {
        for (number, isWarned) in [("1234", false), ("0", true)] {
            let broker = try await RunningBroker.start(
                configuration: "user nobody\n",
                in: directory,
                environment: ["PUID": number, "PGID": number]
            )
            #expect(try status(of: broker.process.processIdentifier, "Uid") == [Substring(number)])
            #expect(try status(of: broker.process.processIdentifier, "Gid") == [Substring(number)])
            #expect(broker.process.soFar.errorText.contains("runs as root") == isWarned)
            _ = try await broker.stop()
        }
    }
}

extension NotificationSocket {
    /// The next datagram that says more than that the broker is alive.
    fileprivate func receiveOther() throws -> String {
        while true {
            let text = try receive()
            if text != "WATCHDOG=1" { return text }
        }
    }
}
