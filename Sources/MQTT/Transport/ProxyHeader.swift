import NIOCore

/// What the header of the PROXY protocol says, which a proxy puts before what it passes on.
///
/// Version 1 is a line of text, version 2 is binary and may have more in it: here, what TLS the Client spoke with the
/// proxy.
struct ProxyHeader: Equatable {
    /// What the proxy tells of the TLS that it ended.
    struct TLS: Equatable {
        /// Whether the Client showed a certificate, and the proxy found it to be good.
        var hasVerifiedCertificate = false
        /// The common name of that certificate.
        var commonName: String?
    }

    /// What is wrong with a header.
    struct Malformed: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    /// Where the Client connected to the proxy from; `nil` where the proxy speaks for itself, or does not know.
    var source: SocketAddress?
    /// `nil` where the Client did not speak TLS with the proxy.
    var tls: TLS?

    /// How long a header of version 2 may be, in bytes. The format allows four times as much; what proxies send is
    /// shorter than a tenth, unless they pass a certificate on.
    static let largest = 16 << 10
    /// How long the line of version 1 may be, with its end.
    static let longestLine = 107

    /// Takes a header from the front of what has arrived; `nil` while it is not complete.
    ///
    /// - Throws: `Malformed` as soon as it is sure that none will come.
    static func take(
        from buffer: inout ByteBuffer,
        version: ListenerSettings.ProxyProtocol
    ) throws(Malformed) -> ProxyHeader? {
        switch version {
        case .version1: try takeLine(from: &buffer)
        case .version2: try takeBinary(from: &buffer)
        }
    }
}

// MARK: - Version 1

extension ProxyHeader {
    private static let linePrefix = Array("PROXY ".utf8)

    private static func takeLine(from buffer: inout ByteBuffer) throws(Malformed) -> ProxyHeader? {
        let bytes = buffer.readableBytesView
        guard linePrefix.starts(with: bytes.prefix(linePrefix.count)) else {
            throw Malformed(description: "it does not begin with a line of the PROXY protocol")
        }
        guard let end = bytes.prefix(longestLine).firstIndex(of: UInt8(ascii: "\n")) else {
            guard bytes.count < longestLine else {
                throw Malformed(description: "its line of the PROXY protocol has more than \(longestLine) bytes")
            }
            return nil
        }
        let line = bytes[..<end]
        guard line.last == UInt8(ascii: "\r") else {
            throw Malformed(description: "its line of the PROXY protocol does not end with CR LF")
        }
        let words = line.dropLast().split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        let header = try ProxyHeader(words: words)
        buffer.moveReaderIndex(to: end + 1)
        return header
    }

    private init(words: [String]) throws(Malformed) {
        // What follows UNKNOWN is to be passed over.
        if words.count > 1, words[1] == "UNKNOWN" { return }
        guard words.count == 6, words[1] == "TCP4" || words[1] == "TCP6" else {
            throw Malformed(description: "its line of the PROXY protocol names no TCP4, TCP6 or UNKNOWN with addresses")
        }
        source = try Self.address(words[2], port: words[4], isIPv4: words[1] == "TCP4")
        _ = try Self.address(words[3], port: words[5], isIPv4: words[1] == "TCP4")
    }

    private static func address(_ text: String, port: String, isIPv4: Bool) throws(Malformed) -> SocketAddress {
        let hasDigitsOnly = !port.isEmpty && port.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard hasDigitsOnly, let number = UInt16(port),
            let address = try? SocketAddress(ipAddress: text, port: Int(number)),
            (address.protocol == .inet) == isIPv4
        else { throw Malformed(description: "its line of the PROXY protocol has an address that is none") }
        return address
    }
}

// MARK: - Version 2

extension ProxyHeader {
    private static let signature: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    ]
    /// The signature, a byte for version and command, one for the family, two for the length of the rest.
    private static let fixedSize = 16

    private static func takeBinary(from buffer: inout ByteBuffer) throws(Malformed) -> ProxyHeader? {
        guard signature.starts(with: buffer.readableBytesView.prefix(signature.count)) else {
            throw Malformed(description: "it does not begin with a header of version 2 of the PROXY protocol")
        }
        var rest = buffer
        rest.moveReaderIndex(forwardBy: min(signature.count, rest.readableBytes))
        guard let (versionAndCommand, family, length) = rest.readMultipleIntegers(as: (UInt8, UInt8, UInt16).self)
        else {
            return nil
        }
        guard versionAndCommand >> 4 == 2 else {
            throw Malformed(description: "its header of the PROXY protocol has another version than 2")
        }
        guard fixedSize + Int(length) <= largest else {
            throw Malformed(description: "its header of the PROXY protocol has more than \(largest) bytes")
        }
        guard let content = rest.readSlice(length: Int(length)) else { return nil }
        let header: ProxyHeader
        switch versionAndCommand & 0x0F {
        case 0: header = ProxyHeader()  // LOCAL: the proxy itself connects, to see whether we are there
        case 1: header = try ProxyHeader(content, family: family)
        default: throw Malformed(description: "its header of the PROXY protocol has an unknown command")
        }
        buffer = rest
        return header
    }

    private init(_ content: ByteBuffer, family: UInt8) throws(Malformed) {
        var content = content
        let addressSize: Int
        switch family >> 4 {
        case 1: addressSize = 4
        case 2: addressSize = 16
        case 0, 3: addressSize = 0
        default: throw Malformed(description: "its header of the PROXY protocol has an unknown family")
        }
        if addressSize > 0 {
            guard let source = content.readSlice(length: addressSize), content.readSlice(length: addressSize) != nil,
                let (port, _) = content.readMultipleIntegers(as: (UInt16, UInt16).self),
                let address = try? SocketAddress(packedIPAddress: source, port: Int(port))
            else { throw Malformed(description: "its header of the PROXY protocol is too short for its addresses") }
            self.source = address
        } else if family >> 4 == 3 {
            // Two paths of Unix domain sockets, of a fixed size.
            guard content.readSlice(length: 216) != nil else {
                throw Malformed(description: "its header of the PROXY protocol is too short for its addresses")
            }
        } else {
            // Of an unspecified family nobody knows where its addresses end.
            return
        }
        while let (kind, value) = try Self.takeField(from: &content) {
            if kind == FieldKind.tls { tls = try Self.tls(value) ?? tls }
        }
    }

    /// The numbers of the fields that are looked at.
    private enum FieldKind {
        static let tls: UInt8 = 0x20
        static let commonName: UInt8 = 0x22
    }

    /// The bits that say what a Client did.
    private enum TLSBit {
        static let spokeTLS: UInt8 = 0x01
        static let showedCertificate: UInt8 = 0x02 | 0x04
    }

    /// A field: a byte for its kind, two for its length, and its value.
    private static func takeField(from buffer: inout ByteBuffer) throws(Malformed) -> (kind: UInt8, value: ByteBuffer)?
    {
        guard buffer.readableBytes > 0 else { return nil }
        guard let (kind, length) = buffer.readMultipleIntegers(as: (UInt8, UInt16).self),
            let value = buffer.readSlice(length: Int(length))
        else { throw Malformed(description: "a field of its header of the PROXY protocol is cut short") }
        return (kind, value)
    }

    private static func tls(_ field: ByteBuffer) throws(Malformed) -> TLS? {
        var field = field
        guard let (client, verification) = field.readMultipleIntegers(as: (UInt8, UInt32).self) else {
            throw Malformed(description: "a field of its header of the PROXY protocol is cut short")
        }
        guard client & TLSBit.spokeTLS != 0 else { return nil }
        // 0 is that of a good certificate, and also that of none.
        var tls = TLS(hasVerifiedCertificate: client & TLSBit.showedCertificate != 0 && verification == 0)
        while let (kind, value) = try takeField(from: &field) {
            if kind == FieldKind.commonName {
                tls.commonName = String(validating: value.readableBytesView, as: UTF8.self)
            }
        }
        return tls
    }
}
