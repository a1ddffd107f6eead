import NIOCore

extension SocketAddress {
    /// The address and port as people write them: `127.0.0.1:1883`, `[::1]:1883`; of a Unix socket its path.
    var text: String {
        switch self {
        case .v4: "\(ipAddress ?? "?"):\(port ?? 0)"
        case .v6: "[\(ipAddress ?? "?")]:\(port ?? 0)"
        case .unixDomainSocket: pathname ?? "a Unix socket"
        }
    }

    /// Whether only programs on this machine can reach the address.
    var isLoopback: Bool {
        switch self {
        case .v4: ipAddress?.hasPrefix("127.") ?? false
        case .v6: ipAddress == "::1"
        case .unixDomainSocket: true
        }
    }
}
