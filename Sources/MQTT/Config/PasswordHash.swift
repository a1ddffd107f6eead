/// The hash of a password, as it stands in a password file.
struct PasswordHash: Sendable, Equatable {
    /// How it is computed.
    let algorithm: PasswordHashAlgorithm
    /// What keeps equal passwords from having equal hashes.
    let salt: [UInt8]
    /// The hash itself.
    let key: [UInt8]

    /// A hash that a file has.
    init(algorithm: PasswordHashAlgorithm, salt: [UInt8], key: [UInt8]) {
        self.algorithm = algorithm
        self.salt = salt
        self.key = key
    }

    /// The hash of `password` with a salt of its own; `nil` where there is no memory to compute it in.
    init?(of password: [UInt8], by algorithm: PasswordHashAlgorithm) {
        var random = SystemRandomNumberGenerator()
        let salt = (0..<algorithm.saltLength).map { _ in UInt8.random(in: 0...255, using: &random) }
        let key = algorithm.key(of: password, salt: salt, length: PasswordHashAlgorithm.keyLength)
        guard let key else { return nil }
        self.init(algorithm: algorithm, salt: salt, key: key)
    }

    /// Whether this is the hash of `password`. How long it takes says nothing of where the two differ.
    func matches(_ password: [UInt8]) -> Bool {
        guard let other = algorithm.key(of: password, salt: salt, length: key.count) else { return false }
        var difference: UInt8 = 0
        for (left, right) in zip(key, other) {
            difference |= left ^ right
        }
        return difference == 0 && other.count == key.count
    }

    /// The hash as it stands in a file.
    var text: String {
        switch algorithm.form {
        case .sha512:
            "$6$\(Base64.encode(salt, padding: .full))$\(Base64.encode(key, padding: .full))"
        case .pbkdf2(let iterations):
            "$7$\(iterations)$\(Base64.encode(salt, padding: .full))$\(Base64.encode(key, padding: .full))"
        case .argon2id(let cost):
            """
            $argon2id$v=\(cost.version)$m=\(cost.memory),t=\(cost.passes),p=\(cost.lanes)\
            $\(Base64.encode(salt, padding: .none))$\(Base64.encode(key, padding: .none))
            """
        }
    }
}

/// How the hash of a password is computed.
public struct PasswordHashAlgorithm: Sendable, Hashable {
    /// The forms of hash that a password file has.
    enum Form: Sendable, Hashable {
        /// SHA-512 of password and salt, of mosquitto 1.
        case sha512
        /// PBKDF2 with HMAC-SHA-512, of mosquitto 2.0.
        case pbkdf2(iterations: Int)
        /// Argon2id, of mosquitto 2.1.
        case argon2id(Argon2Cost)
    }

    /// How many bytes a hash has that we make, in every form.
    static let keyLength = 64
    /// How often PBKDF2 hashes where nothing else is said: what OWASP advises for SHA-512.
    public static let defaultIterations = 210_000
    /// How often PBKDF2 may hash. A thread does about a million a second.
    public static let allowedIterations = 1...10_000_000

    let form: Form

    /// SHA-512 of password and salt. It is fast to guess, and only here for what knows nothing else.
    public static let sha512 = PasswordHashAlgorithm(form: .sha512)
    /// Argon2id with the cost that mosquitto gives it: 46 MiB of memory, once.
    public static let argon2id = PasswordHashAlgorithm(form: .argon2id(Argon2Cost()))

    /// PBKDF2 with HMAC-SHA-512.
    ///
    /// - Parameter iterations: How often it hashes, one of ``allowedIterations``; anything else is brought within them.
    public static func pbkdf2(iterations: Int = defaultIterations) -> PasswordHashAlgorithm {
        let allowed = allowedIterations
        return PasswordHashAlgorithm(
            form: .pbkdf2(iterations: min(max(iterations, allowed.lowerBound), allowed.upperBound))
        )
    }

    /// How many bytes of salt we make: as many as the mosquitto takes that brought the form.
    var saltLength: Int {
        switch form {
        case .sha512, .pbkdf2: 12
        case .argon2id: 64
        }
    }
}
