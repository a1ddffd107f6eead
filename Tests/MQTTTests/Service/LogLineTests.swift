import Foundation
import Logging
import Testing

@testable import MQTT

@Suite("Lines of the log")
struct LogLineTests {
    @Test(
        "a kind has the topic of mosquitto, the severity of the system's log, and a level",
        arguments: [
            (LogSettings.Kind.error, "$SYS/broker/log/E", LOG_ERR, Logger.Level.error),
            (.warning, "$SYS/broker/log/W", LOG_WARNING, .warning),
            (.notice, "$SYS/broker/log/N", LOG_NOTICE, .notice),
            (.information, "$SYS/broker/log/I", LOG_INFO, .info),
            (.debug, nil, LOG_DEBUG, .debug),
            (.subscribe, "$SYS/broker/log/M/subscribe", LOG_NOTICE, .debug),
            (.unsubscribe, "$SYS/broker/log/M/unsubscribe", LOG_NOTICE, .debug),
            (.webSockets, "$SYS/broker/log/WS", LOG_DEBUG, .debug),
            (.internal, nil, LOG_DEBUG, .trace),
        ] as [(LogSettings.Kind, String?, Int32, Logger.Level)]
    )
    func kinds(kind: LogSettings.Kind, topic: String?, severity: Int32, level: Logger.Level) {
        #expect(kind.topic == topic)
        #expect(kind.severity == severity)
        #expect(kind.level == level)
    }

    @Test(
        "the kind of a line is its source's, or its level's",
        arguments: [
            (Logger.Level.critical, "MQTT", LogSettings.Kind.error), (.error, "MQTT", .error),
            (.warning, "MQTT", .warning), (.notice, "MQTT", .notice), (.info, "MQTT", .information),
            (.debug, "MQTT", .debug), (.trace, "MQTT", .internal), (.debug, "subscribe", .subscribe),
            (.debug, "unsubscribe", .unsubscribe), (.info, "connections", .information), (.debug, "packets", .debug),
            (.info, "websockets", .webSockets),
        ] as [(Logger.Level, String, LogSettings.Kind)]
    )
    func kindOfEvent(level: Logger.Level, source: String, kind: LogSettings.Kind) {
        #expect(LogSettings.Kind(level: level, source: source) == kind)
    }

    @Test("the facility of the system's log is daemon, or one of the local ones")
    func facility() {
        #expect(LogSystem.facility(nil) == LOG_DAEMON)
        #expect(LogSystem.facility(0) == LOG_LOCAL0)
        #expect(LogSystem.facility(7) == LOG_LOCAL7)
    }

    @Test("errors and warnings say that they are some, in the words of mosquitto")
    func prefixes() {
        #expect(LogLine(.error, "x", stamp: "1: ").stamped == "1: Error: x")
        #expect(LogLine(.warning, "x", stamp: "1: ").stamped == "1: Warning: x")
        #expect(LogLine(.notice, "x", stamp: "1: ").stamped == "1: x")
    }

    @Test("what is said takes one line, whatever is in it")
    func oneLine() {
        let line = LogLine(.notice, "a\nb\r\u{1B}[2Jc\u{2028}d", stamp: "1\n2: ")
        #expect(line.stamped == "1\\u{a}2: a\\u{a}b\\u{d}\\u{1b}[2Jc\\u{2028}d")
    }

    @Test("a long line is cut before a character that does not fit", arguments: 0..<4)
    func cut(offset: Int) {
        let text = String(repeating: "a", count: LogLine.longest - 8 + offset) + "€€€€€"
        let line = LogLine(.notice, text, stamp: "1: ")
        #expect(line.stamped.utf8.count < LogLine.longest)
        #expect(line.stamped.utf8.count >= LogLine.longest - 4)
        #expect(line.stamped.hasSuffix("…"))
        #expect(!line.stamped.unicodeScalars.contains("\u{FFFD}"))
    }

    @Test("a line of just the right length stays whole")
    func uncut() {
        let text = String(repeating: "a", count: LogLine.longest - 4)
        #expect(LogLine(.notice, text, stamp: "1: ").text == text)
    }

    @Test("the error and the metadata of an event follow its text")
    func metadata() {
        let event = LogEvent(
            level: .notice,
            message: "text",
            error: ConfigurationError("broken"),
            metadata: ["b": "2", "c": "3"],
            source: nil,
            file: "",
            function: "",
            line: 0
        )
        #expect(event.text(with: ["a": "1", "b": "1"]) == "text: broken (a 1, b 2, c 3)")
    }
}

@Suite("The time of a log line")
struct LogTimestampTests {
    @Test("none, or seconds since 1970")
    func seconds() {
        var none = LogTimestamp(.none)
        #expect(none.prefix(at: 1) == "")
        var seconds = LogTimestamp(.seconds)
        #expect(seconds.prefix(at: 1_795_272_378) == "1795272378: ")
        #expect(seconds.prefix(at: 1_795_272_379) == "1795272379: ")
    }

    @Test("a format has the local time")
    func format() {
        var timestamp = LogTimestamp(.format("%Y-%m-%dT%H:%M:%S"))
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "yyyy-MM-dd'T'HH:mm:ss"
        let expected = formatter.string(from: Date(timeIntervalSince1970: 1_795_272_378))
        #expect(timestamp.prefix(at: 1_795_272_378) == expected + ": ")
    }

    @Test(
        "a format without a text, or with an endless one, gives seconds",
        arguments: ["", String(repeating: "%c", count: 127)]
    )
    func noText(format: String) {
        var timestamp = LogTimestamp(.format(format))
        #expect(timestamp.prefix(at: 7) == "7: ")
    }
}
