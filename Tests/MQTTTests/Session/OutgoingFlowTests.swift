import Testing

@testable import MQTT
@testable import Support

@Suite("The sending side of QoS 1 and 2")
struct OutgoingFlowTests {
    private var flow = OutgoingFlow<String>(receiveMaximum: 10)

    // MARK: Transitions

    @Test("exchanges of an earlier run have the identifiers that they had, with gaps, and none has one twice")
    func restored() {
        var flow = OutgoingFlow<String>(receiveMaximum: 10)
        flow.restore("a", stage: .awaitingPuback, identifier: 65_534)
        #expect(flow.mayRestore(2))
        flow.restore("b", stage: .awaitingPubcomp, identifier: 2)
        #expect(!flow.mayRestore(65_534), "it is that of the first")
        #expect(!flow.mayRestore(2), "only after all others")
        #expect(!flow.canBegin(3), "what is restored is sent first")
        var sent: [UInt16] = []
        while let (identifier, _, _) = flow.nextToResend() { sent.append(identifier) }
        #expect(sent == [65_534, 2])
        #expect(flow.canBegin(3) && flow.canBegin(65_533) && !flow.canBegin(65_534))
        flow.begin("c", qos: .atLeastOnce, identifier: 5)
        #expect(flow.pubackReceived(5).text == "finished c")
        #expect(flow.pubackReceived(65_534).text == "finished a")
        #expect(flow.pubackReceived(3).text == "unexpected", "it was left out")
        #expect(flow.pubcompReceived(2).text == "finished b")
        #expect(flow.isEmpty)
    }

    @Test("QoS 1 waits for PUBACK and for nothing else [MQTT-4.3.2-3]")
    mutating func atLeastOnce() {
        let identifier = flow.begin("a", qos: .atLeastOnce)
        #expect(identifier == 1)
        #expect(flow.pubrecReceived(identifier, isFailure: false).text == "unexpected")
        #expect(flow.pubrecReceived(identifier, isFailure: true).text == "unexpected")
        #expect(flow.pubcompReceived(identifier).text == "unexpected")
        #expect(flow.responseReceived(identifier).text == "unexpected")
        #expect(flow.inFlightCount == 1)
        #expect(flow.pubackReceived(identifier).text == "finished a")
        #expect(flow.pubackReceived(identifier).text == "unexpected")
        #expect(flow.isEmpty)
        #expect(flow.inFlightCount == 0)
    }

    @Test("QoS 2 waits for PUBREC, then for PUBCOMP [MQTT-4.3.3-3] [MQTT-4.3.3-4] [MQTT-4.3.3-5]")
    mutating func exactlyOnce() {
        let identifier = flow.begin("a", qos: .exactlyOnce)
        #expect(flow.pubackReceived(identifier).text == "unexpected")
        #expect(flow.pubcompReceived(identifier).text == "unexpected")
        #expect(flow.pubrecReceived(identifier, isFailure: false).text == "sendPubrel")
        #expect(flow.pubrecReceived(identifier, isFailure: false).text == "sendPubrel", "PUBREL may have been lost")
        #expect(flow.pubackReceived(identifier).text == "unexpected")
        #expect(flow.inFlightCount == 1, "PUBREC frees no place")
        #expect(flow.pubcompReceived(identifier).text == "finished a")
        #expect(flow.pubcompReceived(identifier).text == "unexpected")
        #expect(flow.isEmpty)
    }

    @Test("a failure in PUBREC ends the exchange, before and after PUBREL [MQTT-4.3.3-9]", arguments: [false, true])
    mutating func failure(afterPubrel: Bool) {
        let identifier = flow.begin("a", qos: .exactlyOnce)
        if afterPubrel { _ = flow.pubrecReceived(identifier, isFailure: false) }
        #expect(flow.pubrecReceived(identifier, isFailure: true).text == "finished a")
        #expect(flow.isEmpty)
    }

    @Test("at PUBREC the caller lets go of what it no longer needs [MQTT-4.3.3-6]")
    mutating func release() {
        let identifier = flow.begin("content", qos: .exactlyOnce)
        _ = flow.pubrecReceived(identifier, isFailure: false) { $0 = "released" }
        #expect(flow.unfinishedMessages == ["released"])
        _ = flow.pubrecReceived(identifier, isFailure: false) { $0 = "not again" }
        #expect(flow.pubcompReceived(identifier).text == "finished released")
    }

    @Test("a request waits for its response, takes an identifier and no place in the Receive Maximum")
    mutating func requests() {
        var flow = OutgoingFlow<String>(receiveMaximum: 1)
        #expect(flow.beginRequest("subscribe") == 1)
        #expect(flow.canBegin)
        #expect(flow.begin("a", qos: .atLeastOnce) == 2)
        #expect(flow.beginRequest("unsubscribe") == 3)
        #expect(!flow.canBegin)
        #expect(flow.pubackReceived(1).text == "unexpected")
        #expect(flow.responseReceived(2).text == "unexpected")
        #expect(flow.responseReceived(3).text == "finished unsubscribe")
        #expect(flow.responseReceived(1).text == "finished subscribe")
        #expect(flow.inFlightCount == 1)
        #expect(flow.pubackReceived(2).text == "finished a")
        #expect(flow.isEmpty && flow.inFlightCount == 0)
    }

    @Test("answers for identifiers that are not in use mean nothing", arguments: [0, 2, 3, 65_535])
    mutating func unknownIdentifiers(identifier: UInt16) {
        _ = flow.begin("a", qos: .atLeastOnce)
        #expect(flow.pubackReceived(identifier).text == "unexpected")
        #expect(flow.pubrecReceived(identifier, isFailure: false).text == "unexpected")
        #expect(flow.pubcompReceived(identifier).text == "unexpected")
        #expect(flow.unfinishedMessages == ["a"])
    }

    // MARK: Bounds

    @Test("no more than the Receive Maximum is in flight [MQTT-4.9.0-1] [MQTT-4.9.0-2]")
    mutating func receiveMaximum() {
        for number in 0..<10 {
            #expect(flow.canBegin)
            _ = flow.begin("\(number)", qos: number % 2 == 0 ? .atLeastOnce : .exactlyOnce)
        }
        #expect(!flow.canBegin)
        _ = flow.pubrecReceived(2, isFailure: false)
        #expect(!flow.canBegin)
        _ = flow.pubackReceived(5)
        #expect(flow.canBegin)
        #expect(flow.begin("10", qos: .atLeastOnce) == 11, "identifiers go on though 5 is free")
        #expect(!flow.canBegin)
    }

    @Test("identifiers go from 65,535 to 1, over many rounds [MQTT-2.2.1-4]")
    mutating func wrapAround() {
        var expected: UInt16 = 1
        for _ in 0..<140_000 {
            let identifier = flow.begin("x", qos: .atLeastOnce)
            guard identifier == expected, case .finished = flow.pubackReceived(identifier) else {
                Issue.record("\(identifier) in place of \(expected)")
                return
            }
            expected = expected == .max ? 1 : expected + 1
        }
        #expect(flow.isEmpty)
    }

    @Test("an exchange that stays open across the wrap keeps its identifier, and all others stay apart from it")
    mutating func openAcrossTheWrap() {
        var flow = OutgoingFlow<Int>(receiveMaximum: .max)
        for number in 0..<65_000 {
            _ = flow.pubackReceived(flow.begin(number, qos: .atLeastOnce))
        }
        let open = flow.begin(-1, qos: .atLeastOnce)
        #expect(open == 65_001)
        var count = 0
        while flow.canBegin {
            let identifier = flow.begin(count, qos: .atLeastOnce)
            guard identifier != open, identifier != 0, case .finished(count) = flow.pubackReceived(identifier) else {
                Issue.record("identifier \(identifier) of message \(count)")
                return
            }
            count += 1
        }
        #expect(count == 65_534)
        #expect(flow.beginRequest(0) == nil, "all identifiers are in use")
        #expect(flow.unfinishedMessages == [-1])
        _ = flow.pubackReceived(open)
        #expect(flow.isEmpty && flow.canBegin)
    }

    @Test("all 65,535 identifiers can be in use at once")
    mutating func allIdentifiers() {
        var flow = OutgoingFlow<Int>(receiveMaximum: .max)
        let identifiers = (0..<65_535).map { flow.begin($0, qos: .exactlyOnce) }
        #expect(Set(identifiers).count == 65_535)
        #expect(!flow.canBegin)
        for identifier in identifiers.shuffled() {
            _ = flow.pubrecReceived(identifier, isFailure: false)
            _ = flow.pubcompReceived(identifier)
        }
        #expect(flow.isEmpty)
    }

    // MARK: A new connection

    @Test("what is unfinished is sent again in its first order, with its identifiers [MQTT-4.4.0-1] [MQTT-4.6.0-1]")
    mutating func resume() {
        for (message, qos) in [("a", QoS.exactlyOnce), ("b", .atLeastOnce), ("c", .exactlyOnce), ("d", .atLeastOnce)] {
            _ = flow.begin(message, qos: qos)
        }
        _ = flow.pubrecReceived(3, isFailure: false)
        _ = flow.pubackReceived(2)
        #expect(flow.resume(receiveMaximum: 10).isEmpty)
        #expect(!flow.canBegin, "nothing new before what is older")
        #expect(flow.resendAll() == ["1 awaitingPubrec a", "3 awaitingPubcomp c", "4 awaitingPuback d"])
        #expect(flow.nextToResend() == nil)
        #expect(flow.canBegin)
        #expect(flow.inFlightCount == 3)
        #expect(flow.begin("e", qos: .atLeastOnce) == 5)
    }

    @Test("resending keeps to a smaller Receive Maximum, and goes on with each acknowledgement [MQTT-4.9.0-1]")
    mutating func resumeSmaller() {
        for number in 0..<6 {
            _ = flow.begin("\(number)", qos: .atLeastOnce)
        }
        _ = flow.resume(receiveMaximum: 2)
        #expect(flow.resendAll() == ["1 awaitingPuback 0", "2 awaitingPuback 1"])
        _ = flow.pubackReceived(2)
        #expect(flow.resendAll() == ["3 awaitingPuback 2"])
        // What has not been sent again may be acknowledged all the same: it was sent once.
        #expect(flow.pubackReceived(5).text == "finished 4")
        #expect(flow.inFlightCount == 2)
        _ = flow.pubackReceived(1)
        _ = flow.pubackReceived(3)
        #expect(flow.resendAll() == ["4 awaitingPuback 3", "6 awaitingPuback 5"])
        #expect(flow.inFlightCount == 2)
        _ = flow.pubackReceived(6)
        _ = flow.pubackReceived(4)
        #expect(flow.isEmpty && flow.inFlightCount == 0 && flow.canBegin)
    }

    @Test("a connection that ends while sending again begins from the front once more")
    mutating func resumeTwice() {
        for number in 0..<3 {
            _ = flow.begin("\(number)", qos: .exactlyOnce)
        }
        _ = flow.resume(receiveMaximum: 1)
        #expect(flow.resendAll() == ["1 awaitingPubrec 0"])
        #expect(flow.pubrecReceived(2, isFailure: false).text == "sendPubrel")
        _ = flow.resume(receiveMaximum: 10)
        #expect(flow.resendAll() == ["1 awaitingPubrec 0", "2 awaitingPubcomp 1", "3 awaitingPubrec 2"])
    }

    @Test("what cannot be sent again is given up, and its place is free")
    mutating func discard() {
        for number in 0..<3 {
            _ = flow.begin("\(number)", qos: .atLeastOnce)
        }
        _ = flow.resume(receiveMaximum: 1)
        #expect(flow.nextToResend()?.identifier == 1)
        flow.discard(1)
        flow.discard(1)
        flow.discard(99)
        #expect(flow.inFlightCount == 0)
        #expect(flow.resendAll() == ["2 awaitingPuback 1"])
        #expect(flow.unfinishedMessages == ["1", "2"])
    }

    @Test("requests are not repeated; they come back to the caller")
    mutating func resumeRequests() {
        _ = flow.beginRequest("subscribe")
        _ = flow.begin("a", qos: .atLeastOnce)
        _ = flow.beginRequest("unsubscribe")
        #expect(flow.resume(receiveMaximum: 10) == ["subscribe", "unsubscribe"])
        #expect(flow.beginRequest("later") == nil, "not before what is older has been sent")
        #expect(flow.resendAll() == ["2 awaitingPuback a"])
        #expect(flow.responseReceived(1).text == "unexpected")
        #expect(flow.beginRequest("later") == 4)
    }

    @Test("the end of the session forgets everything")
    mutating func removeAll() {
        for number in 0..<3 {
            _ = flow.begin("\(number)", qos: .exactlyOnce)
        }
        _ = flow.pubrecReceived(2, isFailure: true)
        #expect(flow.removeAll() == ["0", "2"])
        #expect(flow.isEmpty && flow.inFlightCount == 0 && flow.canBegin)
    }

    // MARK: Anything

    @Test("whatever happens in whatever order, the counts hold and every message finishes once", arguments: 0..<20)
    mutating func anything(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var flow = OutgoingFlow<Int>(receiveMaximum: 5)
        var open: [UInt16: (message: Int, stage: OutgoingFlow<Int>.Stage, isSent: Bool)] = [:]
        var finished: [Int] = []
        var begun = 0
        for _ in 0..<5_000 {
            switch random.pick(0..<10) {
            case 0..<3 where flow.canBegin:
                let qos = random.pick([QoS.atLeastOnce, .exactlyOnce])
                let identifier = flow.begin(begun, qos: qos)
                #expect(open[identifier] == nil)
                open[identifier] = (begun, qos == .atLeastOnce ? .awaitingPuback : .awaitingPubrec, true)
                begun += 1
            case 3..<8:
                guard let identifier = open.keys.sorted().randomElement(using: &random), let entry = open[identifier]
                else { continue }
                switch entry.stage {
                case .awaitingPubrec where random.oneIn(5):
                    #expect(flow.pubrecReceived(identifier, isFailure: true).text == "finished \(entry.message)")
                    finished.append(entry.message)
                    open[identifier] = nil
                case .awaitingPubrec:
                    #expect(flow.pubrecReceived(identifier, isFailure: false).text == "sendPubrel")
                    open[identifier]?.stage = .awaitingPubcomp
                case .awaitingPubcomp:
                    #expect(flow.pubcompReceived(identifier).text == "finished \(entry.message)")
                    finished.append(entry.message)
                    open[identifier] = nil
                case .awaitingPuback, .awaitingResponse, .finished:
                    #expect(flow.pubackReceived(identifier).text == "finished \(entry.message)")
                    finished.append(entry.message)
                    open[identifier] = nil
                }
            case 8 where random.oneIn(10):
                _ = flow.resume(receiveMaximum: UInt16(random.pick(1...7)))
                for identifier in open.keys {
                    open[identifier]?.isSent = false
                }
            default:  // all other numbers send again
                while let (identifier, stage, message) = flow.nextToResend() {
                    #expect(open[identifier]?.stage == stage)
                    #expect(open[identifier]?.message == message)
                    #expect(open[identifier]?.isSent == false)
                    open[identifier]?.isSent = true
                }
            }
            #expect(flow.inFlightCount == open.values.count { $0.isSent })
            #expect(flow.inFlightCount <= Int(max(flow.receiveMaximum, 7)))
            #expect(flow.unfinishedMessages.sorted() == open.values.map(\.message).sorted())
        }
        #expect(Set(finished).count == finished.count)
        #expect(finished.count + open.count == begun)
        #expect(begun > 300)
    }
}

extension OutgoingFlow.Answer {
    /// What it says, to be compared.
    fileprivate var text: String {
        switch self {
        case .finished(let message): "finished \(message)"
        case .sendPubrel: "sendPubrel"
        case .unexpected: "unexpected"
        }
    }
}

extension OutgoingFlow {
    /// All that can be sent again now.
    fileprivate mutating func resendAll() -> [String] {
        var sent: [String] = []
        while let (identifier, stage, message) = nextToResend() {
            sent.append("\(identifier) \(stage) \(message)")
        }
        return sent
    }
}
