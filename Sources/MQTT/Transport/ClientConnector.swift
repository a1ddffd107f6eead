import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where a Server listens.
public enum ServerAddress: Sendable, Hashable {
    /// A host by its name or its address, of either internet protocol, and a TCP port.
    case host(String, port: Int)
}

extension ServerAddress: CustomStringConvertible {
    /// The address as people write it, for example `localhost:1883` or `[::1]:1883`.
    public var description: String {
        switch self {
        case .host(let name, let port):
            name.utf8.contains(UInt8(ascii: ":")) ? "[\(name)]:\(port)" : "\(name):\(port)"
        }
    }
}

/// Opens network connections for a Client.
enum ClientConnector {
    /// Why no network connection could be opened.
    struct Failure: Error {
        /// What kind of failure it is.
        enum Reason {
            /// Nobody listens at the address.
            case refused
            /// The name of the host is not known.
            case unknownHost
            case timedOut
            /// Anything else, of which the text tells.
            case other
        }

        var reason: Reason
        var text: String
    }

    /// Opens a connection; every address of the host is tried.
    static func connect(
        to address: ServerAddress,
        timeout: TimeAmount,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<any Channel> {
        let bootstrap = ClientBootstrap(group: eventLoop).connectTimeout(timeout)
        switch address {
        case .host(let name, let port):
            return bootstrap.connect(host: name, port: port)
        }
    }

    /// What an error of `connect` means.
    static func failure(_ error: any Error) -> Failure {
        switch error {
        case let error as NIOConnectionError:
            // Of several addresses the one that failed otherwise than by refusal says more, except where it is only
            // unreachable, as addresses of version 6 are in many networks.
            let failures = error.connectionErrors.map { failure($0.error) }
            if let timedOut = failures.first(where: { $0.reason == .timedOut }) { return timedOut }
            if let refused = failures.first(where: { $0.reason == .refused }) { return refused }
            return failures.first ?? Failure(reason: .unknownHost, text: "unknown host \(error.host)")
        case let error as IOError:
            return failure(errno: error.errnoCode)
        case let error as ChannelError:
            if case .connectTimeout = error { return Failure(reason: .timedOut, text: "timed out") }
            return Failure(reason: .other, text: "\(error)")
        case is SocketAddressError:
            return Failure(reason: .unknownHost, text: "unknown host")
        default:
            return Failure(reason: .other, text: "\(error)")
        }
    }

    /// What a code of the operating system means.
    static func failure(errno code: CInt) -> Failure {
        switch code {
        case ECONNREFUSED: Failure(reason: .refused, text: "connection refused")
        case ETIMEDOUT: Failure(reason: .timedOut, text: "timed out")
        case ENETUNREACH: Failure(reason: .other, text: "network is unreachable")
        case EHOSTUNREACH: Failure(reason: .other, text: "no route to host")
        case EACCES, EPERM: Failure(reason: .other, text: "permission denied")
        case ECONNRESET: Failure(reason: .other, text: "connection reset by the server")
        case EPIPE: Failure(reason: .other, text: "connection closed by the server")
        default: Failure(reason: .other, text: "error \(code) of the operating system")
        }
    }
}
