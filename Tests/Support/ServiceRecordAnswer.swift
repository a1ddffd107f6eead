/// The answer of a name server about a service, written for a test.
struct ServiceRecordAnswer {
    private(set) var bytes: [UInt8]

    /// - Parameter records: Priority, weight, port and host of each.
    init(_ records: [(priority: Int, weight: Int, port: Int, host: String)]) {
        bytes = [0, 1, 0x81, 0x80, 0, 1, 0, UInt8(records.count), 0, 0, 0, 0]
        bytes += Self.name("_mqtt._tcp.home.example") + [0, 33, 0, 1]
        for record in records {
            let target = Self.name(record.host)
            // The name of the question, at its place behind the header.
            bytes += [0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60] + Self.integer(6 + target.count)
            bytes += Self.integer(record.priority) + Self.integer(record.weight) + Self.integer(record.port) + target
        }
    }

    private static func integer(_ value: Int) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }

    private static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }
}
