import Testing

@testable import tinymqtt

/// A broker, a user and a topic in one word.
@Suite("Addresses in one word")
struct BrokerURLTests {
    @Test(
        "the scheme says how to connect, in any case of letters",
        arguments: [
            ("mqtt", false, false), ("mqtts", true, false), ("ws", false, true), ("wss", true, true),
            ("MQTTS", true, false),
        ]
    )
    func schemes(scheme: String, isSecure: Bool, isWebSocket: Bool) throws {
        let url = try #require(BrokerURL(argument: "\(scheme)://example/a"))
        #expect(url.isSecure == isSecure)
        #expect(url.isWebSocket == isWebSocket)
        #expect(url.userName == nil && url.password == nil && url.port == nil)
    }

    /// What is expected of an address.
    struct Row {
        let text: String
        var userName: String?
        var password: String?
        let host: String
        var port: String?
        let topic: String
    }

    @Test(
        "its parts are taken as they stand",
        arguments: [
            Row(text: "mqtt://h/t", host: "h", topic: "t"),
            Row(text: "mqtt://h:1884/a/b/#", host: "h", port: "1884", topic: "a/b/#"),
            Row(text: "mqtt://u@h/t", userName: "u", host: "h", topic: "t"),
            Row(text: "mqtt://u:p@h:1/t", userName: "u", password: "p", host: "h", port: "1", topic: "t"),
            // Only the first colon, and only the last at sign, part anything.
            Row(text: "mqtt://u:p:q@r@h/t", userName: "u", password: "p:q@r", host: "h", topic: "t"),
            Row(text: "mqtt://u:@h/t", userName: "u", password: "", host: "h", topic: "t"),
            // Nothing is percent-encoded.
            Row(text: "mqtt://a%40b:%3A@h/%2F", userName: "a%40b", password: "%3A", host: "h", topic: "%2F"),
            Row(text: "mqtt://[::1]:1883/t", host: "::1", port: "1883", topic: "t"),
            Row(text: "mqtt://u@[fe80::1]/t", userName: "u", host: "fe80::1", topic: "t"),
            // What is wrong with a port is told where all ports are checked.
            Row(text: "mqtt://h:x/t", host: "h", port: "x", topic: "t"),
            Row(text: "mqtt://h//t", host: "h", topic: "/t"),
            Row(text: "mqtt://h/a@b:c", host: "h", topic: "a@b:c"),
        ]
    )
    func parts(row: Row) throws {
        let url = try #require(BrokerURL(argument: row.text))
        #expect(url.userName == row.userName)
        #expect(url.password == row.password)
        #expect(url.host == row.host)
        #expect(url.port == row.port)
        #expect(url.topic == row.topic)
    }

    @Test(
        "what is no address",
        arguments: [
            "", "h", "h/t", "http://h/t", "mqtt:/h/t", "mqtt://", "mqtt://h", "mqtt://h/", "mqtt:///t", "mqtt://:1/t",
            "mqtt://u@/t", "mqtt://[]/t", "://h/t",
        ]
    )
    func noAddress(text: String) {
        #expect(BrokerURL(argument: text) == nil)
    }
}
