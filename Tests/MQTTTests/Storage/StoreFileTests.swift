import Foundation
import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// Which files a store opens, which it leaves alone, and what it says of them.
@Suite("Store: files")
struct StoreFileTests {
    /// The error of opening a store.
    private func failure(_ harness: StoreHarness) -> StoreError? {
        do throws(StoreError) {
            _ = try harness.open()
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "each mode has SQLite wait for as much as it says",
        arguments: [
            (StoreConnection.Synchronization.full, Int64(2)), (.normal, 1), (.off, 0),
        ]
    )
    func synchronization(mode: StoreConnection.Synchronization, level: Int64) throws {
        let folder = try TemporaryFolder("store")
        let connection = try StoreConnection(
            path: folder.path("store.db"),
            synchronization: mode,
            maximumPageCount: nil
        )
        #expect(try connection.database.integer("PRAGMA synchronous", to: "read the mode") == level)
        #expect(try connection.database.integer("PRAGMA wal_autocheckpoint", to: "read the mode") == 0)
    }

    @Test("a newer version is refused also where only the log beside the file knows of it, as after a kill")
    func newerVersionInLog() throws {
        let folder = try TemporaryFolder("store")
        let copy = try TemporaryFolder("copy")
        let connection = try StoreConnection(
            path: folder.path("store.db"),
            synchronization: .full,
            maximumPageCount: nil
        )
        try connection.database.checkpoint(.truncate)
        try connection.database.execute("PRAGMA user_version = 99", to: "pretend")
        // The end of the last connection would move the log into the file.
        try withExtendedLifetime(connection) {
            for name in ["store.db", "store.db-wal"] {
                try FileManager.default.copyItem(atPath: folder.path(name), toPath: copy.path(name))
            }
        }
        let error = #expect(throws: StoreError.self) {
            _ = try StoreConnection(
                path: copy.path("store.db"),
                synchronization: .full,
                maximumPageCount: nil
            )
        }
        #expect(error?.kind == .newerVersion)
    }

    @Test("a new file is its owner's alone, as are those beside it, and is marked as ours")
    func newFile() async throws {
        let harness = try StoreHarness()
        let store = try harness.open()
        try await store.writeSuccessfully(StoreBatch(1) { $0.keep(1, "c") })
        for name in ["store.db", "store.db-wal", "store.db-shm", "store.db.lock"] {
            #expect(try harness.folder.permissions(name) == 0o600, "\(name)")
        }
        await store.finish()
        #expect(try harness.folder.names == ["store.db", "store.db.lock"])
        #expect(try harness.number("PRAGMA application_id") == Int64(StoreSchema.applicationIdentifier))
        #expect(try harness.number("PRAGMA user_version") == Int64(StoreSchema.version))
    }

    private static let foreign: [(content: [UInt8], kind: StoreError.Kind, words: String)] = [
        ([0, 0xB5, 0] + Array("mosquitto db\0\0\0\0".utf8), .notAStore, "is the persistence file of mosquitto"),
        (Array("listener 1883\n".utf8), .notAStore, "is not a store"),
        ([UInt8](repeating: 0, count: 4_096), .notAStore, "is not a store"),
        (Array("SQLite format 3\0".utf8), .notAStore, "is not a store"),
    ]

    @Test("a file of something else is named as such, and left as it is", arguments: foreign)
    func foreignFile(content: [UInt8], kind: StoreError.Kind, words: String) throws {
        let harness = try StoreHarness()
        try Data(content).write(to: URL(filePath: harness.path))
        let error = try #require(failure(harness))
        #expect(error.kind == kind)
        #expect(error.problem.contains(words) && error.problem.contains("name another file"), "\(error)")
        #expect(error.path == harness.path)
        #expect(try Data(contentsOf: URL(filePath: harness.path)) == Data(content))
        #expect(throws: StoreError.self) { try StoreCheck(path: harness.path) }
    }

    @Test(
        "a database of another program, or of a newer version, is left as it is",
        arguments: [
            ("PRAGMA application_id = 5", .notAStore, "of another program"),
            ("PRAGMA user_version = 99", .newerVersion, "has version 99"),
            ("PRAGMA user_version = 0", .newerVersion, "has version 0"),
        ] as [(String, StoreError.Kind, String)]
    )
    func foreignDatabase(change: String, kind: StoreError.Kind, words: String) async throws {
        let harness = try StoreHarness()
        try await harness.use { _ in }
        try harness.execute(change)
        let before = try Data(contentsOf: URL(filePath: harness.path))
        let error = try #require(failure(harness))
        #expect(error.kind == kind)
        #expect(error.problem.contains(words), "\(error)")
        #expect(try Data(contentsOf: URL(filePath: harness.path)) == before)
        #expect(try harness.folder.names == ["store.db", "store.db.lock"])
        let checked = #expect(throws: StoreError.self) { try StoreCheck(path: harness.path) }
        #expect(checked?.kind == kind)
    }

    @Test("a second broker is told who has the store, and gets it when the first has closed it")
    func inUse() async throws {
        let harness = try StoreHarness()
        let store = try harness.open()
        let error = try #require(failure(harness))
        #expect(error.kind == .inUse)
        let number = ProcessInfo.processInfo.processIdentifier
        #expect(error.problem.contains("is in use by process \(number); stop that broker"), "\(error)")
        // By another name it is the same file.
        let link = harness.folder.path("link.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: harness.path)
        #expect(throws: StoreError.self) { try SQLiteStore.open(path: link) }
        await store.finish()
        #expect(failure(harness) == nil)
    }

    @Test("where the directory is missing or is a file, that is said")
    func missingDirectory() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "file")
        let missing = #expect(throws: StoreError.self) { try SQLiteStore.open(path: folder.path("none/store.db")) }
        #expect(missing?.problem == "there is no directory \(folder.path("none")); create it, or name another one")
        #expect(throws: StoreError.self) { try SQLiteStore.open(path: folder.path("file/store.db")) }
        #expect(throws: StoreError.self) { try SQLiteStore.open(path: "") }
        #expect(throws: StoreError.self) { try SQLiteStore.open(path: folder.path) }
    }

    @Test(
        "where the directory or the file cannot be written, that is said",
        .enabled(if: getuid() != 0, "root may write everywhere"),
        arguments: [false, true]
    )
    func readOnly(isDirectory: Bool) async throws {
        let harness = try StoreHarness()
        if !isDirectory { try await harness.use { _ in } }
        let path = isDirectory ? harness.folder.path : harness.path
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: path)
        let error = failure(harness)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        #expect(error?.kind == .readOnly)
        #expect(error?.problem.contains("let the broker's user write") == true, "\(error.debugDescription)")
    }

    @Test("an unclosed store is closed with its last user, and nothing is lost")
    func unclosed() async throws {
        let harness = try StoreHarness()
        do {
            let store = try harness.open()
            try await store.writeSuccessfully(StoreBatch(1) { $0.keep(1, "c") })
        }
        // Its thread may still hold it for a moment.
        var attemptCount = 0
        while failure(harness)?.kind == .inUse, attemptCount < 1_000_000 {
            attemptCount += 1
            await Task.yield()
        }
        #expect(try await harness.contents().sessions.count == 1)
    }

    @Test("a closed store refuses everything, and closing it again does no harm")
    func closed() async throws {
        let harness = try StoreHarness()
        let store = try harness.open()
        await store.finish()
        await store.finish()
        guard case .failed(let reason) = try await store.write(StoreBatch(1) { $0.keep(1, "c") }) else {
            Issue.record("a closed store writes")
            return
        }
        #expect(reason.contains("the store is closed"))
        #expect(throws: StoreError.self) { try store.contents() }
        let isAnswered = Monitor(false)
        store.checkpoint { error in isAnswered.update { $0 = error != nil } }
        #expect(await isAnswered.wait(within: ChildProcess.patience) { $0 })
    }

    @Test("a checkpoint moves what is in the log into the file, and closing empties the log")
    func checkpoint() async throws {
        let harness = try StoreHarness()
        let store = try harness.open()
        let before = try Data(contentsOf: URL(filePath: harness.path)).count
        try await store.writeSuccessfully(
            StoreBatch(1) { batch in
                batch.keep(1, "c")
                for position in 1...1_000 as ClosedRange<UInt64> {
                    batch.deliver(.test(payload: [UInt8](repeating: 1, count: 200)), to: 1, at: position)
                }
            }
        )
        #expect(try Data(contentsOf: URL(filePath: harness.path)).count == before)
        let isDone = Monitor(false)
        store.checkpoint { error in isDone.update { $0 = error == nil } }
        #expect(await isDone.wait(within: ChildProcess.patience) { $0 })
        #expect(try Data(contentsOf: URL(filePath: harness.path)).count > before + 200_000)
        await store.finish()
        #expect(try harness.folder.names == ["store.db", "store.db.lock"])
    }

    @Test("the log does not grow with what is written: it is moved into the file again and again")
    func logSize() async throws {
        let harness = try StoreHarness()
        let store = try harness.open()
        let payload = [UInt8](repeating: 1, count: 100_000)
        for number in 1...40 as ClosedRange<UInt64> {
            try await store.writeSuccessfully(
                StoreBatch(number) { batch in
                    for position in 1...20 as ClosedRange<UInt64> {
                        batch.deliver(.test(payload: payload), to: 1, at: number * 100 + position)
                    }
                }
            )
        }
        let size = try Data(contentsOf: URL(filePath: harness.path + "-wal")).count
        #expect(size < 24 << 20, "\(size) bytes of the 80 MB that have been written")
        await store.finish()
    }
}
