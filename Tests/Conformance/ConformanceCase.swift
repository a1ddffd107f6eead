import Foundation

/// One case of the tables in `Cases`: what clients send to a broker, and what they must get.
struct ConformanceCase: Sendable {
    /// What one line says.
    enum Step: Sendable {
        /// `a > …`: a sends these bytes. The first line of a name opens its connection.
        case send(client: String, bytes: [UInt8])
        /// `a < …`: the next packet that a receives.
        case receive(client: String, ExpectedPacket)
        /// `a closed`: the broker has closed a's connection, and sent nothing more before that.
        case closed(client: String)
        /// `a drops`: a closes its connection without a word.
        case drop(client: String)
        /// `wait 15s`: so much time passes. Only in virtual time.
        case wait(milliseconds: Int64)
        /// `broker maximum-qos 1`: the broker is configured so; before all other lines.
        case configure(option: String, value: Int)
    }

    /// A step with the line that it stands on.
    struct Line: Sendable {
        let number: Int
        let step: Step
    }

    let file: String
    let name: String
    fileprivate(set) var lines: [Line] = []

    var hasWaits: Bool {
        lines.contains { if case .wait = $0.step { true } else { false } }
    }
}

/// A packet as a case expects it.
struct ExpectedPacket: Sendable {
    private let firstByte: UInt8
    private let content: [UInt8]
    /// Whether `content` is only the beginning; the case ends it with `...`.
    private let isPrefix: Bool
    /// As the case has it.
    let text: String

    fileprivate init(_ text: String) throws(CaseError) {
        self.text = text
        let parts = text.split(separator: "...", maxSplits: 1, omittingEmptySubsequences: false)
        isPrefix = parts.count > 1
        guard isPrefix, let brace = parts[0].firstIndex(of: "{") else {
            let bytes = try PacketWords.bytes(text)
            guard let packet = ReceivedPacket(takenFrom: bytes[...]), packet.bytes.count == bytes.count else {
                throw CaseError("not one whole packet")
            }
            firstByte = packet.firstByte
            content = Array(packet.content)
            return
        }
        let first = try PacketWords.bytes(String(parts[0][..<brace]))
        guard first.count == 1, let byte = first.first else { throw CaseError("not one byte before the brace") }
        firstByte = byte
        content = try PacketWords.bytes(String(parts[0][brace...].dropFirst()))
    }

    func matches(_ packet: ReceivedPacket) -> Bool {
        packet.firstByte == firstByte
            && (isPrefix ? packet.content.starts(with: content) : packet.content.elementsEqual(content))
    }
}

/// A packet that was received, cut out of the stream by its fixed header.
struct ReceivedPacket {
    let bytes: ArraySlice<UInt8>
    let content: ArraySlice<UInt8>

    var firstByte: UInt8 { bytes.first ?? 0 }

    /// The packet at the beginning of `stream`; `nil` where its end is not there.
    init?(takenFrom stream: ArraySlice<UInt8>) {
        var remainingLength = 0
        var position = stream.startIndex + 1
        var shift = 0
        while true {
            guard position < stream.endIndex, shift < 28 else { return nil }
            let byte = stream[position]
            position += 1
            remainingLength |= Int(byte & 0x7F) << shift
            shift += 7
            if byte & 0x80 == 0 { break }
        }
        guard stream.endIndex - position >= remainingLength else { return nil }
        content = stream[position..<position + remainingLength]
        bytes = stream[stream.startIndex..<position + remainingLength]
    }
}

/// A line of a table that says nothing.
struct CaseError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

// MARK: - Reading

extension ConformanceCase {
    /// All cases of all tables, in the order of the files' names.
    static func all() throws -> [ConformanceCase] {
        guard let folder = Bundle.module.url(forResource: "Cases", withExtension: nil) else {
            throw CaseError("the tables are not in the test bundle")
        }
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "txt" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        var cases: [ConformanceCase] = []
        for file in files {
            cases += try parse(String(contentsOf: file, encoding: .utf8), file: file.lastPathComponent)
        }
        return cases
    }

    /// The cases of one table.
    static func parse(_ text: String, file: String) throws(CaseError) -> [ConformanceCase] {
        var cases: [ConformanceCase] = []
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().makeIterator()
        while let (index, line) = lines.next() {
            var line = String(line).trimmingCharacters(in: .whitespaces)
            // A line that ends inside braces goes on on the next one.
            while line.count(where: { $0 == "{" }) > line.count(where: { $0 == "}" }), !line.hasPrefix("#"),
                let (_, next) = lines.next()
            {
                line += " " + next.trimmingCharacters(in: .whitespaces)
            }
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            do throws(CaseError) {
                if line.hasPrefix("case ") {
                    cases.append(ConformanceCase(file: file, name: String(line.dropFirst(5))))
                } else {
                    guard !cases.isEmpty else { throw CaseError("a step before the first case") }
                    cases[cases.count - 1].lines.append(Line(number: index + 1, step: try step(line)))
                }
            } catch {
                throw CaseError("\(file):\(index + 1): \(error)")
            }
        }
        return cases
    }

    private static func step(_ line: String) throws(CaseError) -> Step {
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        switch (words.count, words.first, words.dropFirst().first) {
        case (3, "broker", let option?):
            guard let value = Int(words[2]) else { throw CaseError("a value that is no number") }
            return .configure(option: option, value: value)
        case (2, "wait", let time?):
            let isMilliseconds = time.hasSuffix("ms")
            guard let number = Int64(time.dropLast(isMilliseconds ? 2 : 1)), isMilliseconds || time.hasSuffix("s")
            else {
                throw CaseError("not a time: \(time)")
            }
            return .wait(milliseconds: isMilliseconds ? number : number * 1_000)
        case (2, let client?, "closed"): return .closed(client: client)
        case (2, let client?, "drops"): return .drop(client: client)
        case (3, let client?, ">"): return .send(client: client, bytes: try PacketWords.bytes(words[2]))
        case (3, let client?, "<"): return .receive(client: client, try ExpectedPacket(words[2]))
        default: throw CaseError("not a step: \(line)")
        }
    }
}
