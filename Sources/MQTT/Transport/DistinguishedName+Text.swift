import SwiftASN1
import X509

extension DistinguishedName {
    /// The text of the first common name.
    var firstCommonName: String? {
        for part in self {
            for attribute in part where attribute.type == .RDNAttributeType.commonName {
                return attribute.text
            }
        }
        return nil
    }

    /// The name as RFC 2253 writes it, in the form that OpenSSL prints with `XN_FLAG_RFC2253`: the last part first, and
    /// characters outside ASCII as their bytes in hexadecimal.
    var textOfRFC2253: String {
        reversed().map { part in
            part.reversed().map(\.textOfRFC2253).joined(separator: "+")
        }.joined(separator: ",")
    }
}

extension RelativeDistinguishedName.Attribute {
    /// The short names that OpenSSL has for what names are made of.
    private static let shortNames: [ASN1ObjectIdentifier: String] = [
        [2, 5, 4, 3]: "CN", [2, 5, 4, 4]: "SN", [2, 5, 4, 5]: "serialNumber", [2, 5, 4, 6]: "C", [2, 5, 4, 7]: "L",
        [2, 5, 4, 8]: "ST", [2, 5, 4, 9]: "street", [2, 5, 4, 10]: "O", [2, 5, 4, 11]: "OU", [2, 5, 4, 12]: "title",
        [2, 5, 4, 13]: "description", [2, 5, 4, 15]: "businessCategory", [2, 5, 4, 16]: "postalAddress",
        [2, 5, 4, 17]: "postalCode", [2, 5, 4, 20]: "telephoneNumber", [2, 5, 4, 41]: "name", [2, 5, 4, 42]: "GN",
        [2, 5, 4, 43]: "initials", [2, 5, 4, 44]: "generationQualifier", [2, 5, 4, 45]: "x500UniqueIdentifier",
        [2, 5, 4, 46]: "dnQualifier", [2, 5, 4, 65]: "pseudonym", [0, 9, 2_342, 19_200_300, 100, 1, 1]: "UID",
        [0, 9, 2_342, 19_200_300, 100, 1, 25]: "DC", [1, 2, 840, 113_549, 1, 9, 1]: "emailAddress",
        [1, 2, 840, 113_549, 1, 9, 2]: "unstructuredName",
    ]

    /// The value as text; `nil` where it is none.
    fileprivate var text: String? {
        if let text = String(value) { return text }
        guard let node = try? DER.parse(encodedValue), case .primitive(let bytes) = node.content else { return nil }
        switch node.identifier {
        case .bmpString: return Self.text(bytes, unitSize: 2)
        case .universalString: return Self.text(bytes, unitSize: 4)
        // The old string of teletypes, which in certificates is Latin 1.
        case .teletexString: return Self.text(bytes, unitSize: 1)
        case .numericString, .visibleString: return String(decoding: bytes, as: UTF8.self)
        default: return nil
        }
    }

    private var encodedValue: [UInt8] {
        var serializer = DER.Serializer()
        guard (try? serializer.serialize(ASN1Any(value))) != nil else { return [] }
        return serializer.serializedBytes
    }

    private static func text(_ bytes: ArraySlice<UInt8>, unitSize: Int) -> String? {
        guard bytes.count.isMultiple(of: unitSize) else { return nil }
        var text = String.UnicodeScalarView()
        var rest = bytes
        while !rest.isEmpty {
            let number = rest.prefix(unitSize).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard let scalar = Unicode.Scalar(number) else { return nil }
            text.append(scalar)
            rest = rest.dropFirst(unitSize)
        }
        return String(text)
    }

    fileprivate var textOfRFC2253: String {
        // Of a kind without a name nobody knows how its value is to be read: it is printed as it is encoded.
        guard let shortName = Self.shortNames[type], let text else {
            return "\(type)=#" + encodedValue.map(Self.hexadecimal).joined()
        }
        let bytes = Array(text.utf8)
        let escaped = bytes.enumerated().map { index, byte in
            let character = Character(Unicode.Scalar(byte))
            let isAtEdge = index == 0 || index == bytes.count - 1
            return switch character {
            case ",", "+", "\"", "\\", "<", ">", ";": "\\\(character)"
            case "#" where index == 0: "\\#"
            case " " where isAtEdge: "\\ "
            case _ where byte < 0x20 || byte >= 0x7F: "\\" + Self.hexadecimal(byte)
            default: String(character)
            }
        }
        return "\(shortName)=" + escaped.joined()
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
}
