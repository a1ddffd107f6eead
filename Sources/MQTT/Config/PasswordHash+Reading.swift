extension PasswordHash {
    /// What is wrong with the text of a hash.
    struct Malformed: Error {
        /// What is wrong, and what is allowed instead.
        let problem: String
        /// Whether the text does not even begin like a hash, so that it is likely the password itself.
        var isPlainText = false
    }

    /// How many bytes of salt a hash may have; Argon2 takes no fewer than 8.
    static let allowedSaltLength = 8...64
    /// How many bytes a hash of Argon2 may have; the other forms have 64.
    static let allowedKeyLength = 16...64

    /// How the forms begin.
    private static let prefixes = ["$6$", "$7$", "$argon2id$"]

    /// Whether `text` begins like one of the forms.
    static func isHash(_ text: ArraySlice<UInt8>) -> Bool {
        prefixes.contains { text.starts(with: $0.utf8) }
    }

    /// The hash that `text` is.
    init(_ text: ArraySlice<UInt8>) throws(Malformed) {
        guard Self.isHash(text) else { throw .noHash(text) }
        var fields = text.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false).dropFirst()
        switch fields.removeFirst().text {
        case "6":
            try Self.expect(fields.count == 2, "$6$ hash is $6$SALT$HASH")
            self = try Self.padded(.sha512, fields)
        case "7":
            try Self.expect(fields.count == 3, "$7$ hash is $7$ITERATIONS$SALT$HASH")
            let allowed = PasswordHashAlgorithm.allowedIterations
            let iterations = try Self.number(fields.removeFirst(), named: "number of iterations", in: allowed)
            self = try Self.padded(.pbkdf2(iterations: iterations), fields)
        default:
            try Self.expect(3...4 ~= fields.count, "Argon2 hash is $argon2id$v=19$m=…,t=…,p=…$SALT$HASH")
            // Version 1.0 came before versions were written.
            var version = 16
            if fields.count == 4 {
                let written = fields.removeFirst().text
                try Self.expect(written == "v=19" || written == "v=16", "version of Argon2 is 19 or 16, as v=19")
                version = written == "v=19" ? 19 : 16
            }
            let cost = try Argon2Cost(fields.removeFirst(), version: version)
            self = try Self.unpadded(cost, fields)
        }
    }

    /// Reads salt and hash of the older forms.
    private static func padded(
        _ algorithm: PasswordHashAlgorithm,
        _ fields: ArraySlice<ArraySlice<UInt8>>
    ) throws(Malformed) -> PasswordHash {
        let (salt, key) = try saltAndKey(fields, padding: .full)
        let length = PasswordHashAlgorithm.keyLength
        try expect(key.count == length, "hash has \(length) bytes in this form, here \(key.count)")
        return PasswordHash(algorithm: algorithm, salt: salt, key: key)
    }

    /// Reads salt and hash of Argon2.
    private static func unpadded(
        _ cost: Argon2Cost,
        _ fields: ArraySlice<ArraySlice<UInt8>>
    ) throws(Malformed) -> PasswordHash {
        let (salt, key) = try saltAndKey(fields, padding: .none)
        let allowed = allowedKeyLength
        try expect(
            allowed ~= key.count,
            "hash has \(allowed.lowerBound) to \(allowed.upperBound) bytes, here \(key.count)"
        )
        return PasswordHash(algorithm: PasswordHashAlgorithm(form: .argon2id(cost)), salt: salt, key: key)
    }

    private static func saltAndKey(
        _ fields: ArraySlice<ArraySlice<UInt8>>,
        padding: Base64.Padding
    ) throws(Malformed) -> (salt: [UInt8], key: [UInt8]) {
        guard let first = fields.first, let salt = Base64.decode(first, padding: padding) else {
            throw Malformed(problem: "the salt is not Base64")
        }
        guard let last = fields.last, let key = Base64.decode(last, padding: padding) else {
            throw Malformed(problem: "the hash is not Base64")
        }
        let allowed = allowedSaltLength
        try expect(
            allowed ~= salt.count,
            "salt has \(allowed.lowerBound) to \(allowed.upperBound) bytes, here \(salt.count)"
        )
        return (salt, key)
    }

    fileprivate static func expect(_ condition: Bool, _ rule: String) throws(Malformed) {
        guard condition else { throw Malformed(problem: "the hash is malformed: the \(rule)") }
    }

    /// Reads a number without sign and leading zeros.
    fileprivate static func number(
        _ digits: ArraySlice<UInt8>,
        named name: String,
        in allowed: ClosedRange<Int>
    ) throws(Malformed) -> Int {
        let text = digits.text
        guard digits.allSatisfy({ 48...57 ~= $0 }), digits.first != 48, let number = Int(text), allowed ~= number else {
            throw Malformed(
                problem: """
                    the \(name) is ‘\(text.prefix(20))’; allowed is \(allowed.lowerBound) to \(allowed.upperBound)
                    """
            )
        }
        return number
    }
}

extension PasswordHash.Malformed {
    /// For a text that begins like none of the forms.
    fileprivate static func noHash(_ text: ArraySlice<UInt8>) -> Self {
        // What stands there is likely the password, and is not shown: errors are logged.
        if text.starts(with: "$argon2".utf8) {
            return Self(problem: "of the kinds of Argon2 only $argon2id$ is known")
        }
        return Self(
            problem: "the password is no hash that begins with $6$, $7$ or $argon2id$, but plain text",
            isPlainText: true
        )
    }
}

extension Argon2Cost {
    /// The cost that `text`, like `m=47104,t=1,p=1`, is.
    fileprivate init(_ text: ArraySlice<UInt8>, version: Int) throws(PasswordHash.Malformed) {
        let fields = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        let isComplete = fields.count == 3 && zip(fields, ["m=", "t=", "p="]).allSatisfy { $0.starts(with: $1.utf8) }
        try PasswordHash.expect(isComplete, "cost of Argon2 is m=MEMORY,t=PASSES,p=LANES")
        self.version = version
        memory = try PasswordHash.number(fields[0].dropFirst(2), named: "memory in KiB", in: Self.allowedMemory)
        passes = try PasswordHash.number(fields[1].dropFirst(2), named: "number of passes", in: Self.allowedPasses)
        lanes = try PasswordHash.number(fields[2].dropFirst(2), named: "number of lanes", in: Self.allowedLanes)
        try PasswordHash.expect(memory >= 8 * lanes, "memory is at least 8 KiB for each lane")
        try PasswordHash.expect(
            memory * passes <= Self.maximumWork,
            "memory times the number of passes is at most \(Self.maximumWork) KiB"
        )
    }
}
