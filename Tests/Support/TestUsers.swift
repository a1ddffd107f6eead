import Testing

@testable import MQTT

/// Lines of password files.
enum TestUsers {
    /// The line of a user; its hash is quick to compute, as no test is about that.
    static func line(_ name: String, _ password: String) throws -> String {
        let hash = try #require(PasswordHash(of: Array(password.utf8), by: .pbkdf2(iterations: 1)))
        return "\(name):\(hash.text)\n"
    }
}
