/// Where a Server listens.
public enum ServerAddress: Sendable, Hashable {
    /// A host by its name or its address, of either internet protocol, and a TCP port.
    case host(String, port: Int)
    /// A Unix domain socket on this machine. Its path has at most 103 bytes, as many as every system takes.
    case unix(path: String)
    /// The Servers that a domain names in its service records (DNS SRV): `_mqtt._tcp`, or `_secure-mqtt._tcp` for TLS.
    case service(domain: String)
}

extension ServerAddress: CustomStringConvertible {
    /// The address as people write it, for example `localhost:1883`, `[::1]:1883`, the path of a socket, or a domain.
    public var description: String {
        switch self {
        case .host(let name, let port):
            name.utf8.contains(UInt8(ascii: ":")) ? "[\(name)]:\(port)" : "\(name):\(port)"
        case .unix(let path): path
        case .service(let domain): domain
        }
    }
}
