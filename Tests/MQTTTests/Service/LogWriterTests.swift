import Foundation
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import MQTT
@testable import Support

@Suite("The log")
struct LogWriterTests {
    private let directory: TemporaryFolder

    init() throws {
        directory = try TemporaryFolder("log")
    }

    /// Settings for a file in the test's directory.
    private func settings(_ kinds: Set<LogSettings.Kind>, file: String = "a.log") -> LogSettings {
        var settings = LogSettings()
        settings.destinations = [.file(path: directory.path(file))]
        settings.kinds = kinds
        settings.timestamp = .none
        return settings
    }

    private func text(_ file: String = "a.log") throws -> String {
        try String(contentsOfFile: directory.path(file), encoding: .utf8)
    }

    @Test("has the kinds that are wanted, and no others")
    func kinds() throws {
        let logger = try LogWriter(settings([.error, .information, .subscribe])).logger(label: "test")
        logger.error("error")
        logger.warning("warning")
        logger.notice("notice")
        logger.info("info")
        logger.info("connected", source: "connections")
        logger.debug("debug")
        logger.debug("packet", source: "packets")
        logger.debug("subscribed", source: "subscribe")
        logger.debug("unsubscribed", source: "unsubscribe")
        #expect(try text() == "Error: error\ninfo\nconnected\nsubscribed\n")
    }

    @Test("leaves out the coming and going of Clients where that is not wanted")
    func connections() throws {
        var settings = settings([.information])
        settings.logsConnections = false
        let logger = try LogWriter(settings).logger(label: "test")
        logger.info("connected", source: "connections")
        logger.info("something else")
        #expect(try text() == "something else\n")
    }

    @Test("does not put into words what nobody wants")
    func threshold() throws {
        let writer = try LogWriter(settings([.notice]))
        let logger = writer.logger(label: "test")
        #expect(logger.logLevel == .notice)
        var settings = settings([.debug, .error])
        try writer.apply(settings)
        #expect(logger.logLevel == .debug, "a logger follows the settings")
        settings.destinations = []
        try writer.apply(settings)
        #expect(logger.logLevel == .critical)
        logger.critical("nowhere")
        #expect(try text() == "")
    }

    @Test("a logger may be set to a level of its own")
    func ownLevel() throws {
        let writer = try LogWriter(settings([.notice, .error]))
        var logger = writer.logger(label: "test")
        logger.logLevel = .error
        logger.notice("no")
        logger[metadataKey: "place"] = "here"
        logger.error("yes")
        #expect(try text() == "Error: yes (place here)\n")
    }

    @Test("each line begins with the time")
    func timestamp() throws {
        var settings = settings([.notice])
        settings.timestamp = .seconds
        let logger = try LogWriter(settings).logger(label: "test")
        let before = time(nil)
        logger.notice("text")
        let words = try text().split(separator: ": ")
        try #require(words.count == 2)
        #expect(words[1] == "text\n")
        #expect(try before...time(nil) ~= #require(Int(words[0])))
    }

    @Test("a file that was given another name keeps its lines, and a new one gets those after the reopening")
    func rotation() throws {
        let writer = try LogWriter(settings([.notice]))
        let logger = writer.logger(label: "test")
        logger.notice("one")
        try FileManager.default.moveItem(atPath: directory.path("a.log"), toPath: directory.path("a.log.1"))
        logger.notice("two")
        try writer.reopen()
        logger.notice("three")
        #expect(try text("a.log.1") == "one\ntwo\n")
        #expect(try text() == "three\n")
    }

    @Test("a file that cannot be reopened goes on, and the error is told")
    func failedRotation() throws {
        let folder = directory.path("folder")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let writer = try LogWriter(settings([.notice], file: "folder/a.log"))
        let logger = writer.logger(label: "test")
        try FileManager.default.moveItem(atPath: folder, toPath: directory.path("moved"))
        let error = #expect(throws: ConfigurationError.self) { try writer.reopen() }
        #expect(error?.file == directory.path("folder/a.log"))
        logger.notice("still here")
        #expect(try text("moved/a.log") == "still here\n")
    }

    @Test("settings that fail leave everything as it was")
    func failedApply() throws {
        let writer = try LogWriter(settings([.notice]))
        let logger = writer.logger(label: "test")
        var bad = settings([.debug], file: "missing/a.log")
        bad.destinations.insert(.file(path: directory.path("b.log")))
        #expect(throws: ConfigurationError.self) { try writer.apply(bad) }
        logger.notice("one")
        logger.debug("two")
        #expect(try text() == "one\n")
        try writer.apply(settings([.debug], file: "b.log"))
        logger.notice("three")
        logger.debug("four")
        #expect(try text() == "one\n")
        #expect(try text("b.log") == "four\n")
    }

    @Test("settings change together with something else, or not at all")
    func applyTogether() async throws {
        let writer = try LogWriter(settings([.notice]))
        let logger = writer.logger(label: "test")
        let failure = ConfigurationError("other")
        await #expect(throws: failure) {
            try await writer.apply(settings([.debug], file: "b.log")) { () throws(ConfigurationError) in throw failure }
        }
        logger.notice("one")
        let bad = settings([.debug], file: "missing/a.log")
        await #expect(throws: ConfigurationError.self) {
            try await writer.apply(bad) { Issue.record("is done without a log") }
        }
        logger.notice("two")
        try await writer.apply(settings([.notice], file: "b.log")) { logger.notice("three") }
        logger.notice("four")
        #expect(try text() == "one\ntwo\nthree\n")
        #expect(try text("b.log") == "four\n")
    }

    @Test("every place gets the line, also when another one fails")
    func severalPlaces() throws {
        var settings = settings([.notice])
        settings.destinations.insert(.file(path: directory.path("b.log")))
        settings.destinations.insert(.file(path: "/dev/full"))
        let logger = try LogWriter(settings).logger(label: "test")
        logger.notice("text")
        #expect(try text() == "text\n")
        #expect(try text("b.log") == "text\n")
    }

    @Test("lines of several threads stay whole")
    func threads() async throws {
        let writer = try LogWriter(settings([.notice]))
        let logger = writer.logger(label: "test")
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<100 {
                        logger.notice("0123456789")
                    }
                }
            }
        }
        #expect(try text() == String(repeating: "0123456789\n", count: 400))
    }
}

@Suite("The topics of the log")
struct LogTopicTests {
    private static let kinds = Set(LogSettings.Kind.allCases)

    private static func writer() throws -> LogWriter {
        var settings = LogSettings()
        settings.destinations = [.topic]
        settings.kinds = kinds
        settings.timestamp = .none
        return try LogWriter(settings)
    }

    @Test("each kind has its topic; what is traced has none, and what publishing logs is not published")
    func topics() async throws {
        let writer = try Self.writer()
        let logger = writer.logger(label: "test")
        let published = Monitor<[String]>([])
        logger.error("early")
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        writer.connectTopics(to: eventLoop) { topic, payload in
            logger.notice("published \(payload)")
            published.update { $0.append("\(topic) \(payload)") }
        }
        logger.debug("from a: PUBLISH", source: "packets")
        logger.debug("a subscribed", source: "subscribe")
        logger.debug("a unsubscribed", source: "unsubscribe")
        logger.warning("warning")
        logger.info("last")
        #expect(await published.wait(within: ChildProcess.patience) { $0.last?.hasSuffix("last") == true })
        // Whatever else was to be published would have been by the time that this comes back.
        writer.disconnectTopics()
        try await eventLoop.submit {}.get()
        #expect(
            published.value == [
                "$SYS/broker/log/E Error: early", "$SYS/broker/log/M/subscribe a subscribed",
                "$SYS/broker/log/M/unsubscribe a unsubscribed", "$SYS/broker/log/W Warning: warning",
                "$SYS/broker/log/I last",
            ]
        )
    }

    @Test("lines wait up to a limit, and those that were lost are counted")
    func limit() async throws {
        let writer = try Self.writer()
        let logger = writer.logger(label: "test")
        for number in 0..<(LogTopics.most + 7) {
            logger.notice("\(number)")
        }
        let published = Monitor<[String]>([])
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        writer.connectTopics(to: eventLoop) { _, payload in published.update { $0.append(payload) } }
        #expect(await published.wait(within: ChildProcess.patience) { $0.count > LogTopics.most })
        writer.disconnectTopics()
        #expect(published.value.count == LogTopics.most + 1)
        #expect(published.value[LogTopics.most - 1] == "\(LogTopics.most - 1)")
        #expect(published.value.last?.hasPrefix("Warning: 7 lines of the log were not published") == true)
    }
}

@Suite("heapByteCount")
struct HeapSizeTests {
    @Test("grows with what is in use, and shrinks again")
    func growth() {
        let size = 64 << 20
        let before = heapByteCount()
        let bytes = [UInt8](repeating: 1, count: size)
        let during = heapByteCount()
        #expect(before > 0)
        #expect(during - before > size / 2)
        // Used here, so that it was there until now.
        #expect(bytes.count == size)
    }
}
