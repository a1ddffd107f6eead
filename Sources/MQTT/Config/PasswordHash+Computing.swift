import CArgon2
import CryptoExtras

extension PasswordHashAlgorithm {
    /// The hash of `password`, `length` bytes of it; `nil` where there is no memory to compute it in. Takes milliseconds
    /// by design, and seconds at the highest cost that is allowed.
    func key(of password: [UInt8], salt: [UInt8], length: Int) -> [UInt8]? {
        switch form {
        case .sha512:
            // The form has no other length than that of SHA-512.
            return Array(SHA512.hash(data: password + salt))
        case .pbkdf2(let iterations):
            let key = try? KDF.Insecure.PBKDF2.deriveKey(
                from: password,
                salt: salt,
                using: .sha512,
                outputByteCount: length,
                // Insecure by name only: the library has no other way to fewer iterations than are advised today, and
                // files have them.
                unsafeUncheckedRounds: iterations
            )
            // The bytes are copied, and the pointer does not outlive the call.
            return unsafe key?.withUnsafeBytes { unsafe Array($0) }
        case .argon2id(let cost):
            return cost.key(of: password, salt: salt, length: length)
        }
    }
}

/// What it costs to compute a hash with Argon2.
struct Argon2Cost: Sendable, Hashable {
    /// How much memory it may take, in KiB; Argon2 itself takes no less than 8 for each lane. 1 GiB is sixteen times what
    /// RFC 9106 names as enough.
    static let allowedMemory = 8...1_048_576
    /// How often it may go over the memory.
    static let allowedPasses = 1...64
    /// How much it may write in all its passes, in KiB. A thread does about 1 GiB a second.
    static let maximumWork = 8 << 20
    /// In how many parts the memory may be filled.
    static let allowedLanes = 1...16

    /// The memory, in KiB.
    var memory = 47_104
    /// How often it goes over the memory.
    var passes = 1
    /// In how many parts the memory is filled.
    var lanes = 1
    /// The version of Argon2, 19 for 1.3 or 16 for 1.0.
    var version = 19

    /// See ``PasswordHashAlgorithm/key(of:salt:length:)``. The cost is within its bounds.
    fileprivate func key(of password: [UInt8], salt: [UInt8], length: Int) -> [UInt8]? {
        var password = password
        var salt = salt
        var key = [UInt8](repeating: 0, count: length)
        // The pointers do not outlive the calls that give them, each length is that of its array, and Argon2 writes to
        // `key` only; the callbacks that stay nil make it use malloc.
        let status = unsafe password.withUnsafeMutableBufferPointer { password in
            unsafe salt.withUnsafeMutableBufferPointer { salt in
                unsafe key.withUnsafeMutableBufferPointer { key in
                    var context = unsafe argon2_context()
                    unsafe context.out = key.baseAddress
                    unsafe context.outlen = UInt32(key.count)
                    unsafe context.pwd = password.baseAddress
                    unsafe context.pwdlen = UInt32(password.count)
                    unsafe context.salt = salt.baseAddress
                    unsafe context.saltlen = UInt32(salt.count)
                    unsafe context.t_cost = UInt32(passes)
                    unsafe context.m_cost = UInt32(memory)
                    unsafe context.lanes = UInt32(lanes)
                    // One after the other, whatever the number of lanes: who logs in starts no threads.
                    unsafe context.threads = 1
                    unsafe context.version = UInt32(version)
                    return unsafe argon2_hash_context(&context, Argon2_id)
                }
            }
        }
        return status == ARGON2_OK.rawValue ? key : nil
    }
}
