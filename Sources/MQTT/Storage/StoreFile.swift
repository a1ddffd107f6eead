#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The file of a store, and the lock that keeps a second broker away from it. The lock goes with this value.
final class StoreFile {
    /// What is read of a file before SQLite gets it: the header of a database.
    private static let headerSize = 100
    /// What the name of the lock file ends with.
    static let lockSuffix = ".lock"

    /// What a file is for, as its header tells.
    struct Kind {
        let applicationIdentifier: Int32
        /// The newest version that this program knows.
        let version: Int32
        /// What it is, for people.
        let name: StaticString

        static let brokerStore = Kind(
            applicationIdentifier: StoreSchema.applicationIdentifier,
            version: Int32(StoreSchema.version),
            name: "store of this broker"
        )
    }

    /// Where the file really is, behind symbolic links.
    let path: String
    private let lock: Int32

    /// Locks the file at `path` and creates it where there is none. One that is not ours, or is newer, is left as it is.
    init(_ path: String, kind: Kind = .brokerStore) throws(StoreError) {
        let target = try Self.target(of: path)
        self.path = target
        lock = try Self.lock(target + Self.lockSuffix, of: target)
        // Only now: to close a file takes from this process all locks that SQLite has on it.
        let header = try Self.header(of: target)
        if let error = Self.problem(header, target, kind) { throw error }
    }

    deinit {
        _ = ftruncate(lock, 0)
        close(lock)
    }

    // MARK: The path

    private static func target(of path: String) throws(StoreError) -> String {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw StoreError(.other, path, "is not a path of a file") }
        if let resolved = resolve(path) { return resolved }
        guard errno == ENOENT else { throw system(path, "cannot be found") }
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
        guard let resolved = resolve(directory) else {
            guard errno == ENOENT else { throw system(path, "the directory \(directory) cannot be used") }
            throw StoreError(.other, path, "there is no directory \(directory); create it, or name another one")
        }
        return resolved == "/" ? "/\(name)" : "\(resolved)/\(name)"
    }

    private static func resolve(_ path: String) -> String? {
        // The path ends with a zero byte; the result is ours to free, after it has been copied.
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        // See above.
        defer { unsafe free(resolved) }
        // See above.
        return unsafe String(cString: resolved)
    }

    // MARK: The lock

    /// Locks a file beside that of the store. It stays when the lock goes: a name that comes and goes could be locked
    /// twice.
    private static func lock(_ lockPath: String, of path: String) throws(StoreError) -> Int32 {
        // The path ends with a zero byte for the length of the call.
        let descriptor = unsafe open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw system(path, "\(lockPath) cannot be created") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            defer { close(descriptor) }
            guard errno == EWOULDBLOCK else { throw system(path, "\(lockPath) cannot be locked") }
            let owner = processNumber(in: descriptor)
            throw StoreError(
                .inUse,
                path,
                "is in use by \(owner.map { "process \($0)" } ?? "another process"); "
                    + "stop that broker, or give this one a file of its own"
            )
        }
        writeProcessNumber(to: descriptor)
        return descriptor
    }

    /// Who has the lock is told for people only, so it does not matter if it cannot be written.
    private static func writeProcessNumber(to descriptor: Int32) {
        let text = Array("\(getpid())\n".utf8)
        // The pointer does not outlive the call, which reads as many bytes as there are.
        let count = unsafe text.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        if count > 0 { _ = ftruncate(descriptor, off_t(count)) }
    }

    private static func processNumber(in descriptor: Int32) -> Int32? {
        let digits = read(32, from: descriptor)?.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ?? []
        return Int32(String(decoding: digits, as: UTF8.self))
    }

    // MARK: What is in the file

    /// The first bytes of the file, which is created where there is none. Like mosquitto's, only its owner can read it;
    /// SQLite gives the files beside it the same permissions.
    private static func header(of path: String) throws(StoreError) -> [UInt8] {
        // The path ends with a zero byte for the length of the call.
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw system(path, "cannot be opened for writing") }
        defer { close(descriptor) }
        guard let header = read(headerSize, from: descriptor) else { throw system(path, "cannot be read") }
        return header
    }

    /// What is wrong with a file that begins like this; `nil` with an empty one and with ours.
    static func problem(_ header: [UInt8], _ path: String, _ kind: Kind = .brokerStore) -> StoreError? {
        guard !header.isEmpty else { return nil }
        if header.starts(with: mosquittoHeader) {
            return StoreError(
                .notAStore,
                path,
                "is the persistence file of mosquitto, which this broker cannot read; "
                    + "name another file with persistence_file or --store, or move this one away"
            )
        }
        guard header.count == headerSize, header.starts(with: databaseHeader) else {
            return StoreError(.notAStore, path, "is not a \(kind.name); name another file")
        }
        let version = integer(in: header, at: 60)
        return problem(applicationIdentifier: integer(in: header, at: 68), version: version, path, kind)
    }

    /// What is wrong with a database of this application and version.
    static func problem(
        applicationIdentifier: Int32,
        version: Int32,
        _ path: String,
        _ kind: Kind = .brokerStore
    ) -> StoreError? {
        guard applicationIdentifier == kind.applicationIdentifier else {
            return StoreError(.notAStore, path, "is an SQLite database of another program; name another file")
        }
        guard 1...kind.version ~= version else {
            return StoreError(
                .newerVersion,
                path,
                "has version \(version) of the \(kind.name), and this program knows versions up to \(kind.version); "
                    + "use the program that made it, or name another file"
            )
        }
        return nil
    }

    /// What SQLite's files begin with.
    private static let databaseHeader = Array("SQLite format 3\0".utf8)
    /// What mosquitto's begin with.
    private static let mosquittoHeader: [UInt8] = [0, 0xB5, 0] + Array("mosquitto db".utf8)

    private static func integer(in header: [UInt8], at offset: Int) -> Int32 {
        Int32(bitPattern: header[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) })
    }

    /// As many bytes from the beginning of a file as there are, up to `count`.
    private static func read(_ count: Int, from descriptor: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        // The pointer does not outlive the call, which fills no more than it is told of.
        let read = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        return read < 0 ? nil : Array(bytes[..<read])
    }

    /// What the system has just said; `errno` is still that of the failed call.
    private static func system(_ path: String, _ problem: String) -> StoreError {
        let number = errno
        // `strerror` returns a string that ends with a zero byte and is copied at once.
        let reason = unsafe String(cString: strerror(number))
        switch number {
        case EACCES, EPERM, EROFS:
            let advice = "let the broker's user write the file and its directory, or name another file"
            return StoreError(.readOnly, path, "\(problem): \(reason); \(advice)")
        case ENOSPC, EDQUOT:
            return StoreError(.full, path, "\(problem): \(reason); make room on the disk")
        default:
            return StoreError(.other, path, "\(problem): \(reason)")
        }
    }
}
