/// One record of a domain's service (RFC 2782): where it is, and how much of the work it is to do.
struct ServiceRecord: Equatable {
    /// Lower ones are tried first.
    var priority: UInt16
    /// The share among records of the same priority.
    var weight: UInt16
    var port: UInt16
    var host: String
}

/// Why a domain's service is not known.
struct ServiceRecordFailure: Error, Equatable {
    let problem: String
    /// Whether the answer is no, and not that there was none.
    let isLasting: Bool
}

/// The answer of a name server about a service, decoded (RFC 1035, section 4).
///
/// What it says is a stranger's: each length is checked, and each loop has a bound.
struct ServiceRecords {
    /// How many records are looked at.
    static let maximumCount = 64
    /// The most bytes of a name, and of its parts.
    private static let maximumNameLength = 253
    private static let maximumLabelLength = 63
    /// How often a name may go on elsewhere: as often as it may have parts.
    private static let maximumJumps = 127
    private static let serviceType: UInt16 = 33
    private static let internetClass: UInt16 = 1

    let records: [ServiceRecord]

    /// What is asked for.
    static func name(domain: String, isSecure: Bool) -> String {
        (isSecure ? "_secure-mqtt._tcp." : "_mqtt._tcp.") + domain
    }

    /// Whether the text could be the name of a host or its address of version 4: parts of letters, digits and hyphens.
    static func isHostName(_ text: String) -> Bool {
        let text = text.hasSuffix(".") ? text.dropLast() : text[...]
        return text.utf8.count <= maximumNameLength
            && text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
                !label.isEmpty && label.count <= maximumLabelLength && label.allSatisfy(isHostNameByte)
            }
    }

    private static func isHostNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Decodes an answer.
    ///
    /// - Throws: `ServiceRecordFailure` where the answer cannot be understood, or names no host.
    init(answer: [UInt8], to name: String) throws(ServiceRecordFailure) {
        let malformed = ServiceRecordFailure(
            problem: "the name server's answer about \(name) cannot be understood",
            isLasting: false
        )
        guard let found = Self.decode(answer) else { throw malformed }
        // A single dot says that the domain has no such service.
        records = found.filter { Self.isHostName($0.host) && $0.port > 0 }
        guard records.isEmpty else { return }
        throw ServiceRecordFailure(problem: "\(name) names no server", isLasting: true)
    }

    private static func decode(_ answer: [UInt8]) -> [ServiceRecord]? {
        var reader = Reader(bytes: answer, position: 4)  // behind the identifier and the flags
        guard let questionCount = reader.integer(), let answerCount = reader.integer() else { return nil }
        reader.position += 4  // the numbers of other records
        // The system asks one question at a time.
        guard questionCount <= 1 else { return nil }
        if questionCount == 1 {
            guard reader.name() != nil else { return nil }
            reader.position += 4  // type and class
        }
        var records: [ServiceRecord] = []
        for _ in 0..<answerCount where records.count < maximumCount {
            guard reader.name() != nil, let type = reader.integer(), let kind = reader.integer() else { return nil }
            reader.position += 4  // for how long it holds
            guard let length = reader.integer() else { return nil }
            let end = reader.position + Int(length)
            guard end <= answer.count else { return nil }
            if type == serviceType, kind == internetClass {
                guard let priority = reader.integer(), let weight = reader.integer(), let port = reader.integer(),
                    let host = reader.name(), reader.position == end
                else { return nil }
                records.append(ServiceRecord(priority: priority, weight: weight, port: port, host: host))
            }
            reader.position = end
        }
        return records
    }

    /// The records in the order in which they are to be tried: by priority, and by chance after their weights among those
    /// of one priority (RFC 2782, "Usage rules").
    func ordered(using generator: inout some RandomNumberGenerator) -> [ServiceRecord] {
        var ordered: [ServiceRecord] = []
        var rest = records.sorted { ($0.priority, $0.weight) < ($1.priority, $1.weight) }
        while let priority = rest.first?.priority {
            let group = rest.prefix { $0.priority == priority }
            let total = group.reduce(0) { $0 + Int($1.weight) }
            let chosen = Int.random(in: 0...total, using: &generator)
            var sum = 0
            let index =
                group.firstIndex { record in
                    sum += Int(record.weight)
                    return sum >= chosen
                } ?? group.startIndex
            ordered.append(rest.remove(at: index))
        }
        return ordered
    }

    /// Reads numbers and names from the front; `nil` where the bytes end.
    private struct Reader {
        let bytes: [UInt8]
        var position: Int

        mutating func integer() -> UInt16? {
            guard position + 2 <= bytes.count else { return nil }
            defer { position += 2 }
            return UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
        }

        /// A name with its parts joined by dots; the name of the root is a dot.
        mutating func name() -> String? {
            var labels: [String] = []
            var place = position
            var end: Int?
            var length = 0
            var jumps = 0
            while place < bytes.count {
                let count = Int(bytes[place])
                switch count {
                case 0:
                    position = end ?? place + 1
                    return labels.isEmpty ? "." : labels.joined(separator: ".")
                case ...maximumLabelLength:
                    guard place + 1 + count <= bytes.count else { return nil }
                    length += count + 1
                    guard length <= maximumNameLength + 1 else { return nil }
                    labels.append(String(decoding: bytes[(place + 1)...(place + count)], as: UTF8.self))
                    place += 1 + count
                case 0xC0...:
                    // The name goes on elsewhere.
                    guard place + 2 <= bytes.count, jumps < maximumJumps else { return nil }
                    jumps += 1
                    end = end ?? place + 2
                    place = (count & 0x3F) << 8 | Int(bytes[place + 1])
                default: return nil
                }
            }
            return nil
        }
    }
}
