import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A TCP connection for one thread that has nothing else to do: it waits in `wait`, without an event loop.
///
/// A program that publishes one message and ends would spend most of its time on the threads of an event loop.
struct BlockingSocket: ~Copyable {
    /// What can be done without waiting.
    struct Readiness {
        var isReadable: Bool
        var isWritable: Bool
    }

    private let descriptor: CInt
    private static let readSize = 2_048

    deinit {
        close(descriptor)
    }

    /// Opens a connection; every address of the host is tried in turn.
    ///
    /// - Returns: `nil` for a host that only the name service knows: to ask it takes any time, and cannot be broken off.
    static func connect(
        to address: ServerAddress,
        deadline: NIODeadline
    ) throws(ClientConnector.Failure) -> BlockingSocket? {
        guard case .host(let name, let port) = address else { return nil }
        guard let addresses = localAddresses(of: name, port: port) else { return nil }
        var failure: ClientConnector.Failure?
        for address in addresses {
            do throws(ClientConnector.Failure) {
                return try connect(to: address, deadline: deadline)
            } catch {
                // Of several addresses the one that could be reached says more.
                if failure == nil || error.reason != .other { failure = error }
            }
        }
        throw failure ?? ClientConnector.Failure(reason: .unknownHost, text: "unknown host")
    }

    /// The addresses of a host, where the name service is not needed to know them.
    private static func localAddresses(of name: String, port: Int) -> [SocketAddress]? {
        // Not every system's files name both addresses of this machine.
        let literals = name == "localhost" ? ["127.0.0.1", "::1"] : [name]
        return try? literals.map { try SocketAddress(ipAddress: $0, port: port) }
    }

    private static func connect(
        to address: SocketAddress,
        deadline: NIODeadline
    ) throws(ClientConnector.Failure) -> BlockingSocket {
        #if canImport(Glibc)
        let streams = CInt(SOCK_STREAM.rawValue)
        #else
        let streams = SOCK_STREAM
        #endif
        let descriptor = socket(address.protocol.rawValue, streams, 0)
        guard descriptor >= 0 else { throw ClientConnector.failure(errno: errno) }
        let connection = BlockingSocket(descriptor: descriptor)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        connection.set(CInt(IPPROTO_TCP), TCP_NODELAY)
        #if canImport(Darwin)
        connection.set(SOL_SOCKET, SO_NOSIGPIPE)
        #endif
        // The pointer does not outlive the call, and its size is that of what it points to.
        let code = unsafe address.withSockAddr {
            unsafe Self.connectSocket(descriptor, $0, socklen_t($1)) == 0 ? 0 : errno
        }
        guard code != 0 else { return connection }
        guard code == EINPROGRESS else { throw ClientConnector.failure(errno: code) }
        guard try connection.wait(forWriting: true, until: deadline).isWritable else {
            throw ClientConnector.Failure(reason: .timedOut, text: "timed out")
        }
        var outcome: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        // The pointers do not outlive the call, and the size is that of the variable.
        guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &outcome, &size) == 0, outcome == 0 else {
            throw ClientConnector.failure(errno: outcome == 0 ? errno : outcome)
        }
        return connection
    }

    /// `connect`, by a name that no method has.
    #if canImport(Glibc)
    // Only a name: each call says why it is safe.
    private static let connectSocket = unsafe Glibc.connect
    #elseif canImport(Musl)
    // As above.
    private static let connectSocket = unsafe Musl.connect
    #elseif canImport(Darwin)
    // As above.
    private static let connectSocket = unsafe Darwin.connect
    #endif

    private func set(_ level: CInt, _ option: CInt) {
        var on: CInt = 1
        // The pointer does not outlive the call, and the size is that of the variable.
        _ = unsafe setsockopt(descriptor, level, option, &on, socklen_t(MemoryLayout<CInt>.size))
    }

    /// Waits until something has come, or also until the network takes more; at the deadline nothing is ready.
    func wait(forWriting: Bool, until deadline: NIODeadline?) throws(ClientConnector.Failure) -> Readiness {
        var events = pollfd(fd: descriptor, events: Int16(POLLIN) | (forWriting ? Int16(POLLOUT) : 0), revents: 0)
        while true {
            var milliseconds: CInt = -1
            if let deadline {
                // Rounded up, or the last part of a millisecond would be spent in asking again and again.
                let left = (deadline - .now()).nanoseconds / 1_000_000 + 1
                milliseconds = CInt(min(max(left, 0), Int64(CInt.max)))
            }
            // One element is passed, and one is said to be there.
            let count = unsafe poll(&events, 1, milliseconds)
            if count < 0, errno != EINTR { throw ClientConnector.failure(errno: errno) }
            if count < 0 { continue }
            let happened = CInt(events.revents)
            // What is wrong with the connection shows when it is used.
            let isBroken = happened & CInt(POLLERR | POLLHUP | POLLNVAL) != 0
            return Readiness(
                isReadable: happened & CInt(POLLIN) != 0 || isBroken,
                isWritable: happened & CInt(POLLOUT) != 0 || isBroken
            )
        }
    }

    /// Hands over what the network takes at once.
    func write(_ bytes: inout ByteBuffer) throws(ClientConnector.Failure) {
        #if canImport(Darwin)
        let flags: CInt = 0
        #else
        let flags = CInt(MSG_NOSIGNAL)
        #endif
        while bytes.readableBytes > 0 {
            // The pointer does not outlive the call.
            let count = unsafe bytes.withUnsafeReadableBytes {
                unsafe send(descriptor, $0.baseAddress, $0.count, flags)
            }
            if count >= 0 {
                bytes.moveReaderIndex(forwardBy: count)
            } else if errno == EAGAIN || errno == EWOULDBLOCK {
                return
            } else if errno != EINTR {
                throw ClientConnector.failure(errno: errno)
            }
        }
    }

    /// What has come; empty at the end of the connection, `nil` where nothing is there yet.
    func read() throws(ClientConnector.Failure) -> ByteBuffer? {
        var bytes = ByteBuffer()
        var count = 0
        repeat {
            // The pointer does not outlive the call, and what `recv` returns is what it has filled.
            _ = unsafe bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.readSize) { room in
                unsafe count = recv(descriptor, room.baseAddress, room.count, 0)
                return max(0, count)
            }
        } while count < 0 && errno == EINTR
        if count >= 0 { return bytes }
        guard errno == EAGAIN || errno == EWOULDBLOCK else { throw ClientConnector.failure(errno: errno) }
        return nil
    }

    /// Says that nothing more will be sent.
    func finishWriting() {
        shutdown(descriptor, CInt(SHUT_WR))
    }
}
