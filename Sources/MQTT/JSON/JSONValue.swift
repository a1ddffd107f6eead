/// A JSON text (RFC 8259) as a tree, for those who do not know what comes, or hand it on.
///
/// Numbers stay as they were written, and members in the order and number in which they came, so that reading and writing
/// changes nothing but white space and escapes.
public indirect enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number as it is written.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// A value with its name, in an object.
    public struct Member: Sendable, Hashable {
        /// What stands before the colon.
        public var name: String
        /// What stands behind it.
        public var value: JSONValue

        /// A value with its name.
        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// Why a text is no JSON: what is wrong, and before which byte.
    public struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong, and where.
        public let description: String
    }

    /// The value that a text stands for; arrays and objects lie in each other 32 deep at most.
    ///
    /// - Throws: where the text is no JSON in UTF-8, or goes on behind its value.
    public init(parsing bytes: [UInt8]) throws(Problem) {
        do throws(JSONReader.Problem) {
            var reader = try JSONReader(bytes)
            self = try reader.value()
            try reader.end()
        } catch {
            throw Problem(description: error.text)
        }
    }

    /// Whole numbers are numbers in every reader up to 2^53.
    public init(_ number: Int) {
        self = .number("\(number)")
    }

    // MARK: What is in it

    /// The value of the member of this name, the last one where there are several; `nil` where this is no object or has
    /// no such member.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    /// The text, where it is a string.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The truth, where it is one.
    public var bool: Bool? {
        if case .bool(let truth) = self { truth } else { nil }
    }

    /// The number, where it is a whole one that fits; 2.0 and 1e3 are not written as one.
    public var integer: Int? {
        if case .number(let text) = self { Int(text) } else { nil }
    }

    /// The elements, where it is an array.
    public var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members, where it is an object.
    public var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    // MARK: Writing

    /// The value in one line, without white space.
    public var text: String {
        var text = ""
        write(to: &text, indentation: nil, depth: 0)
        return text
    }

    /// The value in lines, each level deeper by `indentation`.
    public func text(indentation: String) -> String {
        var text = ""
        write(to: &text, indentation: indentation, depth: 0)
        return text
    }

    private func write(to text: inout String, indentation: String?, depth: Int) {
        switch self {
        case .null: text += "null"
        case .bool(let truth): text += truth ? "true" : "false"
        case .number(let number): text += number
        case .string(let string): text += JSONText.string(string)
        case .array(let elements):
            Self.write(elements, "[", "]", to: &text, indentation: indentation, depth: depth) { element, text in
                element.write(to: &text, indentation: indentation, depth: depth + 1)
            }
        case .object(let members):
            Self.write(members, "{", "}", to: &text, indentation: indentation, depth: depth) { member, text in
                text += JSONText.string(member.name) + (indentation == nil ? ":" : ": ")
                member.value.write(to: &text, indentation: indentation, depth: depth + 1)
            }
        }
    }

    private static func write<Part>(
        _ parts: [Part],
        _ first: String,
        _ last: String,
        to text: inout String,
        indentation: String?,
        depth: Int,
        _ writePart: (Part, inout String) -> Void
    ) {
        func breakLine(_ depth: Int) {
            guard let indentation, !parts.isEmpty else { return }
            text += "\n" + String(repeating: indentation, count: depth)
        }
        text += first
        for (index, part) in parts.enumerated() {
            if index > 0 { text += "," }
            breakLine(depth + 1)
            writePart(part, &text)
        }
        breakLine(depth)
        text += last
    }
}
