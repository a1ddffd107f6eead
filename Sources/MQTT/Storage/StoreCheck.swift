/// Looks a store over: whether the file is sound, and whether what is in it fits together.
public struct StoreCheck: Sendable {
    /// How many problems SQLite reports at most.
    private static let problemLimit = 100

    /// How much there is of something.
    public struct Count: Sendable, Equatable {
        /// What is counted, in the plural.
        public let name: String
        /// How many there are.
        public let count: Int64
    }

    /// The file.
    public let path: String
    /// The version of the tables.
    public private(set) var version: Int32 = 0
    /// What the store holds.
    public private(set) var counts: [Count] = []
    /// What is wrong, a line each, with what to do; empty where all is well.
    public private(set) var problems: [String] = []

    /// Checks the store at `path`, which may be in use; reads all of it, and changes nothing.
    ///
    /// - Throws: ``StoreError`` where the file cannot be opened, is not a store, or is a newer one.
    public init(path: String) throws(StoreError) {
        self.path = path
        let database = try Database(reading: path)
        do throws(StoreError) {
            try checkVersion(database)
            try checkFile(database)
            // Where pages are damaged, what is in them has nothing to tell.
            guard problems.isEmpty else { return }
            for (name, sql) in Self.counted {
                counts.append(Count(name: name, count: try database.integer(sql, to: "count") ?? 0))
            }
            for rule in Self.rules {
                let count = try database.integer("SELECT count(*) FROM \(rule.violations)", to: "check the tables") ?? 0
                if count > 0 { problems.append("\(count) \(rule.problem)") }
            }
        } catch  where error.kind == .corrupt {
            // It was damaged too badly to go on; that is a result too.
            problems.append(error.problem)
        }
    }

    private mutating func checkVersion(_ database: Database) throws(StoreError) {
        let application = try database.integer("PRAGMA application_id", to: "read what kind of file it is") ?? 0
        version = try StoreSchema.version(of: database)
        let error = StoreFile.problem(
            applicationIdentifier: Int32(clamping: application),
            version: version,
            path
        )
        if let error { throw error }
    }

    /// Lets SQLite check each page of the file and each entry of each index.
    private mutating func checkFile(_ database: Database) throws(StoreError) {
        let lines = try Self.complaints(of: database, "\(Self.problemLimit)")
        guard !lines.isEmpty else { return }
        // A line names a page and no table; which one it belongs to is found by checking one after the other.
        var tables: [String: String] = [:]
        for table in try Self.tables(of: database) {
            for line in try Self.complaints(of: database, "'\(table)'") {
                tables[line] = table
            }
        }
        for line in lines {
            let table = tables[line].map { "table \($0), " } ?? ""
            problems.append(
                "\(table)\(line): put a copy of the file in its place, or save what can be read with: "
                    + "sqlite3 \(path) .recover"
            )
        }
    }

    /// What SQLite complains about.
    ///
    /// - Parameter scope: How many complaints are wanted about the whole file, or which table is to be checked.
    private static func complaints(of database: Database, _ scope: String) throws(StoreError) -> [String] {
        let check = try database.prepare("PRAGMA integrity_check(\(scope))", to: "check the file")
        defer { check.reset() }
        var lines: [String] = []
        do throws(StoreError) {
            while try check.step() {
                let text = check.string(at: 0)
                lines += text.split(separator: "\n").filter { $0 != "ok" && !$0.hasPrefix("***") }.map(String.init)
            }
        } catch  where error.kind == .corrupt && !lines.isEmpty {
            // It has told where the damage is before it gave up.
        }
        return lines
    }

    private static func tables(of database: Database) throws(StoreError) -> [String] {
        let tables = try database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'", to: "find the tables")
        defer { tables.reset() }
        var names: [String] = []
        while try tables.step() {
            names.append(tables.string(at: 0))
        }
        return names.filter { !$0.contains("'") }
    }

    private static let counted = [
        ("sessions", "SELECT count(*) FROM session"),
        ("subscriptions", "SELECT count(*) FROM subscription"),
        ("queued messages", "SELECT count(*) FROM delivery WHERE session IN (SELECT number FROM session)"),
        ("bytes of queued messages", "SELECT sum(size) FROM delivery WHERE session IN (SELECT number FROM session)"),
        ("messages that several sessions are owed", "SELECT count(*) FROM message"),
        ("retained messages", "SELECT count(*) FROM retained"),
    ]

    private struct Rule {
        /// The rows that break it, to be read after FROM.
        let violations: String
        /// What is wrong with them, to be read after their number, and what to do.
        let problem: String
    }

    /// What the broker leaves behind only by a mistake of its own; most of it does no harm.
    private static let rules = [
        Rule(
            violations: """
                delivery WHERE session NOT IN (SELECT number FROM session)
                AND session NOT IN (SELECT number FROM ended_session)
                """,
            problem: "rows of table delivery belong to no session: they take room and do no harm"
        ),
        Rule(
            violations: "subscription WHERE session NOT IN (SELECT number FROM session)",
            problem: "rows of table subscription belong to no session: they take room and do no harm"
        ),
        Rule(
            violations: "unreleased WHERE session NOT IN (SELECT number FROM session)",
            problem: "rows of table unreleased belong to no session: they take room and do no harm"
        ),
        Rule(
            violations: "delivery WHERE message IS NOT NULL AND message NOT IN (SELECT number FROM message)",
            problem: "rows of table delivery refer to a message that is not there: put a copy of the file in its place"
        ),
        Rule(
            violations: "delivery WHERE message IS NULL AND topic IS NULL AND stage <> 2",
            problem: "rows of table delivery have no content: put a copy of the file in its place"
        ),
        Rule(
            violations: """
                message_reference AS counted LEFT JOIN
                    (SELECT message, count(*) AS found FROM delivery WHERE message IS NOT NULL GROUP BY message) AS actual
                    ON actual.message = counted.message
                WHERE counted.reference_count < coalesce(actual.found, 0)
                """,
            problem: """
                rows of table message_reference count too few deliveries, whose messages will be lost: put a copy of the \
                file in its place
                """
        ),
        Rule(
            violations: """
                message_reference AS counted LEFT JOIN
                    (SELECT message, count(*) AS found FROM delivery WHERE message IS NOT NULL GROUP BY message) AS actual
                    ON actual.message = counted.message
                WHERE counted.reference_count > coalesce(actual.found, 0)
                """,
            problem:
                "rows of table message_reference count too many deliveries: their messages take room and do no harm"
        ),
        Rule(
            violations: "message WHERE number NOT IN (SELECT message FROM message_reference)",
            problem: "rows of table message are not counted: they take room and do no harm"
        ),
        Rule(
            violations: "message_reference WHERE message NOT IN (SELECT number FROM message)",
            problem: "rows of table message_reference count nothing: they take room and do no harm"
        ),
    ]
}
