#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The program that started the broker and watches over it, like systemd: it is told how the broker fares, by datagrams
/// to the socket that `NOTIFY_SOCKET` names.
struct ServiceManager: Sendable {
    /// How long a datagram may wait for the service manager.
    private static let patience = timeval(tv_sec: 5, tv_usec: 0)

    /// The path of the socket; of one that has no file, a zero byte and its name.
    private let address: [UInt8]
    /// How often the service manager wants to hear that the broker is alive; `nil` where it does not ask.
    private let interval: Duration?

    /// The service manager of this process; `nil` where there is none.
    static var current: ServiceManager? {
        ServiceManager(
            socket: Environment.value("NOTIFY_SOCKET"),
            watchdogMicroseconds: Environment.value("WATCHDOG_USEC"),
            watchdogProcess: Environment.value("WATCHDOG_PID")
        )
    }

    /// - Parameters:
    ///   - socket: The path of the socket; with `@` at its beginning, the name of one that has no file.
    ///   - watchdogMicroseconds: How long the broker may be silent.
    ///   - watchdogProcess: The number of the process that is meant by that; `nil` for whoever is asked.
    init?(socket: String?, watchdogMicroseconds: String? = nil, watchdogProcess: String? = nil) {
        // Other kinds of sockets have other beginnings.
        guard let socket, let first = socket.first, first == "/" || first == "@" else { return nil }
        var address = Array(socket.utf8)
        if first == "@" { address[0] = 0 }
        guard address.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
        self.address = address
        let isMeant = watchdogProcess.map { $0 == "\(getpid())" } ?? true
        // Twice as often as it has to be. The limit keeps the arithmetic from overflowing.
        interval = watchdogMicroseconds.flatMap(Int64.init).flatMap { microseconds in
            isMeant && 1...Int64.max / 2_000 ~= microseconds ? .microseconds(microseconds) / 2 : nil
        }
    }

    /// The broker serves, for the first time or again.
    func ready(status: String) {
        send("READY=1\nSTATUS=\(Self.line(status))")
    }

    /// The broker reads its configuration again; ``ready(status:)`` is to follow.
    func reloading() {
        var now = timespec()
        // The pointer does not outlive the call.
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        let microseconds = Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000
        send("RELOADING=1\nMONOTONIC_USEC=\(microseconds)")
    }

    /// The broker is about to end.
    func stopping() {
        send("STOPPING=1")
    }

    /// Changes what the service manager shows of the broker.
    func status(_ text: String) {
        send("STATUS=\(Self.line(text))")
    }

    /// Says that the broker is alive as often as the service manager wants it, until the task is cancelled. Returns at
    /// once where nobody wants it.
    ///
    /// - Parameter check: Returns when the broker has shown that it is alive. As long as it does not, nothing is said.
    func keepAlive(after check: @Sendable () async -> Void) async {
        guard let interval else { return }
        while !Task.isCancelled {
            await check()
            guard !Task.isCancelled else { return }
            send("WATCHDOG=1")
            try? await Task.sleep(for: interval)
        }
    }

    /// A line feed would begin another assignment.
    private static func line(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }

    /// Sends a datagram. There is nobody to tell of a failure: the service manager finds out that it heard nothing.
    private func send(_ text: String) {
        let socket = socket(AF_UNIX, datagramType, 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        var patience = Self.patience
        // The size is that of what is pointed to.
        unsafe setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        // The initialiser has made sure that the path is shorter than the array.
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: address) }
        guard let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) else { return }
        let length = socklen_t(offset + address.count)
        var text = text
        text.withUTF8 { text in
            // The pointers do not outlive the call, and the lengths are those of what they point to.
            unsafe withUnsafePointer(to: &name) { name in
                unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                    _ = unsafe sendto(socket, text.baseAddress, text.count, 0, name, length)
                }
            }
        }
    }
}

#if canImport(Glibc)
private let datagramType = Int32(SOCK_DGRAM.rawValue)
#else
private let datagramType = SOCK_DGRAM
#endif
