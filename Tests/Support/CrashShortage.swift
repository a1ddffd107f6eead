import Foundation

/// A way in which a broker's store can run out of room, and get it back.
///
/// One test uses it, one call after the other.
final class CrashShortage {
    /// What there is too little of.
    enum Kind {
        /// No file may become larger than this.
        case fileSize
        /// The file system is small. Only root can make one.
        case fileSystem
    }

    /// About how much room there is, in bytes.
    static let room = 1 << 20

    private let kind: Kind
    /// Where the store is to be.
    let folder: TemporaryFolder

    /// Whether this process may mount file systems, as root of a machine and of some containers may.
    static let canMount: Bool = {
        guard let folder = try? TemporaryFolder() else { return false }
        guard (try? run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.path])) == true else { return false }
        return (try? run("umount", [folder.path])) == true
    }()

    init(_ kind: Kind) throws {
        self.kind = kind
        folder = try TemporaryFolder()
        guard kind == .fileSystem else { return }
        try Self.demand("mount", ["-t", "tmpfs", "-o", "size=\(Self.room)", "tmpfs", folder.path])
    }

    deinit {
        // Without it the folder cannot be removed; lazily, as the broker may not have let go of it yet.
        if kind == .fileSystem { _ = try? Self.run("umount", ["--lazy", folder.path]) }
    }

    /// From now on a process has little room.
    func begin(for process: ChildProcess) throws {
        guard kind == .fileSize else { return }  // it had as little from the beginning
        let limit = "--fsize=\(Self.room):unlimited"
        try Self.demand("prlimit", ["--pid", "\(process.processIdentifier)", limit])
    }

    /// There is room again.
    func end(for process: ChildProcess) throws {
        switch kind {
        case .fileSize: try Self.demand("prlimit", ["--pid", "\(process.processIdentifier)", "--fsize=unlimited"])
        case .fileSystem: try Self.demand("mount", ["-o", "remount,size=\(64 * Self.room)", folder.path])
        }
    }

    private static func demand(_ program: String, _ arguments: [String]) throws {
        guard try run(program, arguments) else {
            throw ChildProcess.Timeout(description: "\(program) \(arguments) has failed")
        }
    }

    private static func run(_ program: String, _ arguments: [String]) throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
