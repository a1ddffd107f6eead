import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension ClientConnector {
    /// Why no network connection could be opened, or why one ended.
    struct Failure: Error, Equatable {
        /// What kind of failure it is.
        enum Reason {
            /// Nobody listens at the address.
            case refused
            /// The name of the host is not known.
            case unknownHost
            case timedOut
            /// The two sides could not agree on TLS, or one does not trust the other.
            case tls
            /// The proxy cannot be reached, or does not pass the connection on.
            case proxy
            /// The Server opens no WebSocket.
            case webSocket
            /// Anything else, of which the text tells.
            case other
        }

        var reason: Reason
        var text: String
    }

    /// What an error of `connect`, or one of a channel that it has opened, means.
    static func failure(_ error: any Error) -> Failure {
        switch error {
        case let error as Failure:
            return error
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
        case let error as ServiceRecordFailure:
            return Failure(reason: error.isLasting ? .unknownHost : .other, text: error.problem)
        default:
            return Failure(reason: .other, text: "\(error)")
        }
    }

    /// What a code of the operating system means.
    static func failure(errno code: CInt) -> Failure {
        switch code {
        case ECONNREFUSED: Failure(reason: .refused, text: "connection refused")
        case ETIMEDOUT: Failure(reason: .timedOut, text: "timed out")
        case ENOENT: Failure(reason: .refused, text: "there is no such socket")
        case ENETUNREACH: Failure(reason: .other, text: "network is unreachable")
        case EHOSTUNREACH: Failure(reason: .other, text: "no route to host")
        case EACCES, EPERM: Failure(reason: .other, text: "permission denied")
        case ECONNRESET: Failure(reason: .other, text: "connection reset by the server")
        case EPIPE: Failure(reason: .other, text: "connection closed by the server")
        case EADDRNOTAVAIL: Failure(reason: .other, text: "the local address is none of this machine")
        case ENOTSOCK: Failure(reason: .other, text: "there is a file of that name that is no socket")
        default: Failure(reason: .other, text: "error \(code) of the operating system")
        }
    }
}
