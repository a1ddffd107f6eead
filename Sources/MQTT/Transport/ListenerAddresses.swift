import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Finds the addresses that the settings of a TCP listener stand for.
struct ListenerAddresses {
    /// A host name or address; `nil` for all addresses of this machine.
    let host: String?
    /// The port; 0 lets the system choose.
    let port: Int
    /// Which addresses of the host are meant.
    let family: ListenerSettings.AddressFamily
    /// The network interface whose addresses are meant; `nil` for all.
    let networkInterface: String?

    /// The addresses, IPv4 first; at least one. Asks the system's resolver, so it may take seconds.
    func resolve() async throws -> [SocketAddress] {
        guard let networkInterface else {
            let addresses = try await hostAddresses()
            let matching = addresses.filter(isWanted)
            guard !matching.isEmpty else {
                throw ListenerError(description: "\(hostText) has no \(familyText) address")
            }
            return matching
        }
        let own = try addresses(of: networkInterface)
        guard host != nil else { return own }
        let ownTexts = Set(own.compactMap(\.ipAddress))
        let matching = try await hostAddresses().filter { isWanted($0) && ownTexts.contains($0.ipAddress ?? "") }
        guard !matching.isEmpty else {
            throw ListenerError(
                description: "\(hostText) is no address of the network interface \(networkInterface), which has "
                    + ownTexts.sorted().joined(separator: ", ")
            )
        }
        return matching
    }

    private var hostText: String { host ?? "this machine" }

    private var familyText: String {
        switch family {
        case .any: "IPv4 or IPv6"
        case .ipv4: "IPv4"
        case .ipv6: "IPv6"
        }
    }

    private func isWanted(_ address: SocketAddress) -> Bool {
        switch address {
        case .v4: family != .ipv6
        case .v6: family != .ipv4
        case .unixDomainSocket: false
        }
    }

    private func hostAddresses() async throws -> [SocketAddress] {
        guard let host else { return try Self.literals(["0.0.0.0", "::"], port: port) }
        if let address = try? SocketAddress(ipAddress: host, port: port) { return [address] }
        // Not every system's files name both addresses of this machine.
        if host == "localhost" { return try Self.literals(["127.0.0.1", "::1"], port: port) }
        let port = self.port
        return try await NIOThreadPool.singleton.runIfActive { try Self.lookUp(host, port: port) }
    }

    private static func literals(_ texts: [String], port: Int) throws -> [SocketAddress] {
        try texts.map { try SocketAddress(ipAddress: $0, port: port) }
    }

    private func addresses(of networkInterface: String) throws -> [SocketAddress] {
        let devices = try System.enumerateDevices()
        guard devices.contains(where: { $0.name == networkInterface }) else {
            let names = Set(devices.map(\.name)).sorted().joined(separator: ", ")
            throw ListenerError(
                description: "there is no network interface \(networkInterface); this machine has \(names)"
            )
        }
        let addresses = devices.filter { $0.name == networkInterface }.compactMap(\.address).filter(isWanted)
        guard !addresses.isEmpty else {
            throw ListenerError(description: "the network interface \(networkInterface) has no \(familyText) address")
        }
        return addresses.map { address in
            var address = address
            address.port = port
            return address
        }.sorted { $0.isIPv4 && !$1.isIPv4 }
    }

    /// All addresses of a host name, IPv4 first. Blocks while the resolver works.
    private static func lookUp(_ host: String, port: Int) throws -> [SocketAddress] {
        #if canImport(Glibc)
        let streams = Int32(SOCK_STREAM.rawValue)
        #else
        let streams = SOCK_STREAM
        #endif
        // All pointers in it are null, which means no wish.
        var hints = unsafe addrinfo()
        // As above.
        unsafe hints.ai_socktype = streams
        // The list belongs to this function from the call's success until it is freed at the end, and nothing keeps a
        // pointer into it: addresses are copied out by their own length.
        var list: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(host, nil, &hints, &list)
        guard status == 0, let first = unsafe list else {
            // The C library's text ends with a zero byte and is copied at once.
            throw ListenerError(description: unsafe "\(host) has no address: \(String(cString: gai_strerror(status)))")
        }
        // As above.
        defer { unsafe freeaddrinfo(first) }
        var addresses: [SocketAddress] = []
        // As above.
        var next: UnsafeMutablePointer<addrinfo>? = unsafe first
        while let entry = unsafe next {
            // As above; the family says which structure the pointer is to.
            if let raw = unsafe entry.pointee.ai_addr {
                // As above.
                switch unsafe entry.pointee.ai_family {
                // As above.
                case AF_INET: addresses.append(unsafe SocketAddress(UnsafeRawPointer(raw).load(as: sockaddr_in.self)))
                // As above.
                case AF_INET6: addresses.append(unsafe SocketAddress(UnsafeRawPointer(raw).load(as: sockaddr_in6.self)))
                default: break  // a family that no listener has
                }
            }
            // As above.
            unsafe next = entry.pointee.ai_next
        }
        for index in addresses.indices {
            addresses[index].port = port
        }
        return addresses.filter(\.isIPv4) + addresses.filter { !$0.isIPv4 }
    }
}

extension SocketAddress {
    fileprivate var isIPv4: Bool {
        switch self {
        case .v4: true
        case .v6, .unixDomainSocket: false
        }
    }
}
