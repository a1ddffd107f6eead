import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Questions to the broker at $CONTROL")
struct ControlTests {
    private static let topic = "$CONTROL/broker/v1"

    private static func answer(_ request: String) -> String {
        String(decoding: ControlAnswers([]).response(to: Array(request.utf8)), as: UTF8.self)
    }

    // MARK: The form of questions and answers

    @Test(
        "each command has its response, in the same order",
        arguments: [
            (
                #"{"commands":[{"command":"listListeners"},{"command":"listPlugins"}]}"#,
                #"{"command":"listListeners","data":{"listeners":[]}},{"command":"listPlugins","data":{"plugins":[]}}"#
            ),
            (
                #" { "x" : [1, -0.5e+3, true, {"commands": 0}], "commands":[{"correlationData":"\u00e9\n\ud83d\ude00\"","#
                    + #""command":"listPlugins","y":null}] } "#,
                #"{"command":"listPlugins","data":{"plugins":[]},"correlationData":"é\u000a😀\""}"#
            ),
            (
                #"{"commands":[{"command":"reboot","correlationData":"7"}]}"#,
                #"{"command":"reboot","error":"an unknown command; there are listListeners and listPlugins","#
                    + #""correlationData":"7"}"#
            ),
            (
                #"{"commands":[{}]}"#,
                #"{"command":"Unknown command","error":"a command needs a member “command”"}"#
            ),
            (#"{"commands":[]}"#, ""),
        ]
    )
    func responses(request: String, responses: String) {
        #expect(Self.answer(request) == #"{"responses":[\#(responses)]}"#)
    }

    @Test(
        "what is not understood is told with its place",
        arguments: [
            ("", "no object at byte 0"),
            ("[]", "no object at byte 0"),
            ("{}", "no list “commands” at byte 2"),
            (#"{"commands":{}}"#, "no array at byte 12"),
            (#"{"commands":[7]}"#, "no object at byte 13"),
            (#"{"commands":[{"command":7}]}"#, "no string at byte 24"),
            (#"{"commands":[]"#, "no end of an object at byte 14"),
            (#"{"commands":[]}}"#, "text behind the end at byte 15"),
            (#"{"commands""#, "no colon at byte 11"),
            (#"{"commands":["#, "no object at byte 13"),
            (#"{"commands":[{},"#, "no object at byte 16"),
            (#"{"a"#, "no end of a string at byte 3"),
            (#"{"a\"#, "no end of a string at byte 4"),
            (#"{"a\u12"#, "no end of a string at byte 5"),
            (#"{"a\u12x4"#, "no hexadecimal digit at byte 5"),
            (#"{"\ud800"}"#, "half a character at byte 8"),
            (#"{"\ud800\u0041"}"#, "half a character at byte 14"),
            (#"{"\q"}"#, "an unknown escape at byte 4"),
            ("{\"\u{1}\"}", "a control character in a string at byte 3"),
            (#"{"a":tru}"#, "no value at byte 5"),
            (#"{"a":01}"#, "a number that begins with 0 at byte 7"),
            (#"{"a":-}"#, "no value at byte 6"),
            (#"{"a":1.}"#, "no value at byte 7"),
            (#"{"a":1e}"#, "no value at byte 7"),
            (#"{"a":}"#, "no value at byte 5"),
            (#"{"a":"# + String(repeating: "[", count: 40), "more than 32 levels at byte 37"),
            (
                #"{"commands":["# + String(repeating: "{},", count: 32) + "{}]}",
                "at most 32 commands are answered; the next one begins at byte 109"
            ),
            (String(repeating: " ", count: 70_000), "a request ends at the latest at byte 65536"),
        ]
    )
    func problems(request: String, problem: String) {
        let error = JSONText.string("the request is not understood: \(problem)")
        #expect(Self.answer(request) == #"{"responses":[{"command":"Unknown command","error":\#(error)}]}"#)
    }

    @Test("bytes that are no UTF-8 are told, too")
    func noUTF8() {
        let answer = String(decoding: ControlAnswers([]).response(to: [0x7B, 0xFF, 0x7D]), as: UTF8.self)
        #expect(answer.contains("no UTF-8 at byte 0"))
    }

    // MARK: Who may ask

    private func broker(_ change: (inout BrokerConfiguration) -> Void = { _ in }) -> InMemoryBroker {
        InMemoryBroker {
            $0.answersControl = true
            var list = AccessControlList()
            var ann = AccessControlList.Group()
            ann.append(.init(.readWrite, .text("$CONTROL/#"), line: 1))
            list.users[.text("ann")] = ann
            $0.listeners[0].access.accessControlList = list
            change(&$0)
        }
    }

    @Test("who is allowed the topic may ask, at each QoS, and nobody is sent the question")
    func allowed() {
        let broker = broker()
        let ann = broker.connect("a", userName: "ann")
        ann.subscribe("$CONTROL/#")
        for qos in QoS.allCases {
            let answer = ann.publish(Self.topic, "question \(qos.rawValue)", qos: qos)
            #expect(answer == (qos == .atMostOnce ? nil : .success))
        }
        #expect(
            broker.effects.controlRequests.map { String(decoding: $0.payload, as: UTF8.self) }
                == ["question 0", "question 1", "question 2"]
        )
        #expect(broker.effects.controlRequests.first?.userName == .text("ann"))
        #expect(ann.receivePayloads().isEmpty)
    }

    @Test("nobody else may ask, nobody at all where the broker is not to answer, and not without a list")
    func denied() {
        func answers(_ broker: InMemoryBroker, _ topic: String = Self.topic, userName: String? = "ann") -> ReasonCode? {
            let code = broker.connect("a", userName: userName).publish(topic, "{}", qos: .atLeastOnce)
            #expect(broker.effects.controlRequests.isEmpty)
            return code
        }
        #expect(answers(broker(), userName: "bob") == .notAuthorized)
        #expect(answers(broker(), userName: nil) == .notAuthorized)
        #expect(answers(broker(), "$CONTROL/broker/v2") == .notAuthorized)
        #expect(answers(broker(), "$CONTROL/broker/v1/response") == .notAuthorized)
        #expect(answers(broker { $0.answersControl = false }) == .notAuthorized)
        #expect(answers(broker { $0.listeners[0].access.accessControlList = nil }) == .notAuthorized)
    }

    @Test("questions that wait have a bound")
    func bound() {
        let broker = broker()
        let ann = broker.connect("a", userName: "ann")
        for _ in 0..<ControlRequest.mostWaiting {
            #expect(ann.publish(Self.topic, "{}", qos: .atLeastOnce) == .success)
        }
        #expect(ann.publish(Self.topic, "{}", qos: .atLeastOnce) == .quotaExceeded)
        #expect(broker.effects.controlRequests.count == ControlRequest.mostWaiting)
    }
}
