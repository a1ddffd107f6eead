import Foundation
import Testing

@testable import Support
@testable import tinymqtt

/// What systemd and its kin are told.
@Suite("The service manager")
struct BrokerProcessServiceManagerTests {
    private let directory: TemporaryFolder

    init() throws {
        directory = try TemporaryFolder("notify")
    }

    @Test("hears of the start, of a reload, of the status and of the end")
    func messages() throws {
        let socket = try NotificationSocket(directory.path("socket"))
        let manager = try #require(ServiceManager(socket: socket.address))
        manager.ready(status: "listening on\n1883")
        #expect(try socket.receive() == "READY=1\nSTATUS=listening on 1883")
        manager.status("11 Clients")
        #expect(try socket.receive() == "STATUS=11 Clients")
        var before = timespec()
        // The pointer does not outlive the call.
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &before)
        manager.reloading()
        let words = try socket.receive().split(separator: "=")
        try #require(words.count == 3)
        #expect(words[0...1] == ["RELOADING", "1\nMONOTONIC_USEC"])
        let seconds = try #require(Int(words[2])) / 1_000_000
        #expect(before.tv_sec...before.tv_sec + Int(ChildProcess.patience) ~= seconds)
        manager.stopping()
        #expect(try socket.receive() == "STOPPING=1")
    }

    @Test("may have a socket without a file")
    func abstractSocket() throws {
        let socket = try NotificationSocket("@tinymqtt-\(UUID().uuidString)")
        try #require(ServiceManager(socket: socket.address)).stopping()
        #expect(try socket.receive() == "STOPPING=1")
    }

    @Test("hears again and again that the broker is alive, each time after the broker has shown it")
    func watchdog() async throws {
        let socket = try NotificationSocket(directory.path("socket"))
        let manager = try #require(
            ServiceManager(socket: socket.address, watchdogMicroseconds: "20000", watchdogProcess: "\(getpid())")
        )
        let checks = Monitor(0)
        let task = Task { await manager.keepAlive { checks.update { $0 += 1 } } }
        for _ in 0..<3 {
            #expect(try socket.receive() == "WATCHDOG=1")
        }
        task.cancel()
        await task.value
        #expect(checks.value >= 3)
    }

    @Test("hears nothing of a broker that hangs")
    func hangingBroker() async throws {
        let socket = try NotificationSocket(directory.path("socket"))
        let manager = try #require(ServiceManager(socket: socket.address, watchdogMicroseconds: "2"))
        let hangs = Monitor(false)
        let (nothing, continuation) = AsyncStream.makeStream(of: Void.self)
        defer { continuation.finish() }
        let task = Task {
            await manager.keepAlive {
                hangs.update { $0 = true }
                // Nothing ever comes: it ends with the task only.
                for await _ in nothing {}
            }
        }
        #expect(await hangs.wait(within: ChildProcess.patience) { $0 })
        task.cancel()
        await task.value
        manager.stopping()
        #expect(try socket.receive() == "STOPPING=1", "the first that is heard")
    }

    @Test(
        "does not want to know whether a broker is alive that it does not mean, or with a time that is none",
        arguments: [(nil, nil), ("20000", "1"), ("0", nil), ("-5", nil), ("x", nil), ("9223372036854775807", nil)]
            as [(String?, String?)]
    )
    func noWatchdog(microseconds: String?, process: String?) async throws {
        let manager = try #require(
            ServiceManager(
                socket: directory.path("socket"),
                watchdogMicroseconds: microseconds,
                watchdogProcess: process
            )
        )
        // Returns by itself, and asks nobody.
        await manager.keepAlive { Issue.record("was asked") }
    }

    @Test("is nobody without an address, or with one of another kind", arguments: [nil, "", "vsock:2:1", "socket"])
    func nobody(socket: String?) {
        #expect(ServiceManager(socket: socket) == nil)
    }

    @Test("is nobody at an address that is too long")
    func longAddress() {
        #expect(ServiceManager(socket: "/" + String(repeating: "a", count: 200)) == nil)
    }

    @Test("that has gone costs nothing")
    func goneSocket() throws {
        try #require(ServiceManager(socket: directory.path("gone"))).ready(status: "")
    }
}

/// The service manager's end: a socket for datagrams.
final class NotificationSocket: Sendable {
    let address: String
    private let descriptor: Int32

    /// - Parameter address: A path, or a name that begins with `@` for a socket without a file.
    init(_ address: String) throws {
        self.address = address
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(address.utf8)
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        // Addresses of tests are shorter than the array.
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        // The pointers do not outlive the calls, and the length is that of what they point to.
        let status = unsafe withUnsafePointer(to: &name) { name in
            unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
        }
        guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EINVAL) }
        // A broker that was root has become somebody else, who is to reach it as well.
        if address.hasPrefix("/") {
            // The string lives for the length of the call.
            _ = unsafe chmod(address, 0o777)
        }
        var patience = timeval(tv_sec: Int(ChildProcess.patience), tv_usec: 0)
        // The size is that of what is pointed to.
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(descriptor)
    }

    /// The next datagram; waits for it.
    func receive() throws -> String {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        // The pointer does not outlive the call, which fills no more than it is told of.
        let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
        guard count >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EINVAL) }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
