/// A name that is safe as one level of a topic and on a terminal: of a room, of a member or of a chat user.
public struct ParticipantName: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// How many bytes a name has at most, in UTF-8.
    public static let maximumByteCount = 64

    /// Why a text is no name.
    public enum Problem: Error, Sendable, Hashable, CustomStringConvertible {
        case empty
        /// It has so many bytes.
        case tooLong(Int)
        /// It has a character that parts topics or is a wildcard.
        case reserved(Character)
        /// It has a character that nobody sees, and that changes what is seen around it.
        case invisible
        /// It begins or ends with a blank, and would look like another name.
        case blankAtEnd

        /// What is wrong and what is allowed, to be read after the kind of name.
        public var description: String {
            switch self {
            case .empty: "is empty; give 1 to \(maximumByteCount) bytes"
            case .tooLong(let count): "has \(count) bytes; \(maximumByteCount) are allowed"
            case .reserved(let character): "has a \(character), which means something in topics; leave out / + #"
            case .invisible: "has a control character; use letters, digits and signs that can be seen"
            case .blankAtEnd: "begins or ends with a blank; leave that out"
            }
        }
    }

    /// The name.
    public let description: String

    /// - Throws: what is wrong with `text`.
    public init(_ text: String) throws(Problem) {
        guard !text.isEmpty else { throw .empty }
        guard text.utf8.count <= Self.maximumByteCount else { throw .tooLong(text.utf8.count) }
        for scalar in text.unicodeScalars {
            if "/+#".unicodeScalars.contains(scalar) { throw .reserved(Character(scalar)) }
            guard scalar.isVisible else { throw .invisible }
        }
        guard text.first?.isWhitespace == false, text.last?.isWhitespace == false else { throw .blankAtEnd }
        description = text
    }

    /// Names are the same where their bytes are. Letters that look alike but are written in several ways, which strings
    /// take for equal, make two topics, and so two names.
    public static func == (left: Self, right: Self) -> Bool {
        left.description.utf8.elementsEqual(right.description.utf8)
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        for byte in description.utf8 {
            hasher.combine(byte)
        }
        // No byte of UTF-8 has this value, so that no name is the beginning of another one.
        hasher.combine(UInt8.max)
    }

    /// Sorts as people expect of names that programs print: by their characters.
    public static func < (left: Self, right: Self) -> Bool {
        left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
    }
}

extension ParticipantName {
    /// A name that nobody else has, to tell apart what has the same name otherwise.
    static func makeIdentifier() -> Self {
        let digits = String(UInt64.random(in: .min ... .max), radix: 36)
        do {
            return try Self(digits)
        } catch {
            preconditionFailure("up to 13 letters and digits are a name: \(digits), \(error)")
        }
    }
}

extension Unicode.Scalar {
    /// Whether it shows, or leaves a blank, where it is printed; not so what controls a terminal or turns text around.
    public var isVisible: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: false
        // A joiner holds emoji and letters of some scripts together, and can do no harm.
        case .format: value == 0x200D || value == 0x200C
        default: true
        }
    }
}
