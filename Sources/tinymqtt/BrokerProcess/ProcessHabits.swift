#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What the process does without for as long as it lives.
enum ProcessHabits {
    /// The variable with the permissions that new files never have, as in mosquitto's container.
    static let maskVariable = "UMASK_SET"

    /// Has writing to a pipe without a reader, or to a file at its limit, return an error: either would end the broker.
    static func ignoreWriteSignals() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Sets the permissions that new files never have to what the environment says, if it does.
    ///
    /// - Throws: ``ProcessFailure`` where that is no octal number of three digits.
    static func applyFileMask(_ text: String? = Environment.value(maskVariable)) throws(ProcessFailure) {
        guard let text else { return }
        umask(try fileMask(text))
    }

    /// The permissions that a text names.
    static func fileMask(_ text: String) throws(ProcessFailure) -> mode_t {
        guard let mask = mode_t(text, radix: 8), mask <= 0o777 else {
            throw ProcessFailure("\(maskVariable) is \(text); allowed is an octal number from 000 to 777, like 0027")
        }
        return mask
    }
}
