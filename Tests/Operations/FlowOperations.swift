@testable import MQTT

extension Operation {
    /// The exchanges of QoS 1 and 2 by themselves. The sending side is generic, and what calls it from another module
    /// runs the general code: these show that a step has become dearer, and not what it costs inside the broker.
    static let flows = [
        Operation("send at QoS 1: begin, PUBACK", allocations: 1, instructions: 14_700) {
            var flow = OutgoingFlow<Int>(receiveMaximum: 20)
            return repetition { count in
                var finishedCount = 0
                for number in 0..<count {
                    let identifier = flow.begin(number, qos: .atLeastOnce)
                    if case .finished = flow.pubackReceived(identifier) { finishedCount += 1 }
                }
                return finishedCount
            }
        },
        Operation("send at QoS 2: begin, PUBREC, PUBCOMP", allocations: 1, instructions: 17_500) {
            var flow = OutgoingFlow<Int>(receiveMaximum: 20)
            return repetition { count in
                var finishedCount = 0
                for number in 0..<count {
                    let identifier = flow.begin(number, qos: .exactlyOnce)
                    _ = flow.pubrecReceived(identifier, isFailure: false)
                    if case .finished = flow.pubcompReceived(identifier) { finishedCount += 1 }
                }
                return finishedCount
            }
        },
        Operation("send at QoS 1, 20 in flight", allocations: 2, instructions: 16_100) {
            var flow = OutgoingFlow<Int>(receiveMaximum: 20)
            return repetition { count in
                var finishedCount = 0
                for _ in 0..<count / 20 {
                    let identifiers = (0..<20).map { flow.begin($0, qos: .atLeastOnce) }
                    for identifier in identifiers {
                        if case .finished = flow.pubackReceived(identifier) { finishedCount += 1 }
                    }
                }
                return finishedCount
            }
        },
        Operation("receive at QoS 1: PUBLISH, PUBACK", allocations: 0, instructions: 630) {
            var flow = IncomingFlow(receiveMaximum: 20)
            return repetition { count in
                var settledCount = 0
                for identifier in 1...UInt16(count) {
                    guard flow.publishReceived(identifier, qos: .atLeastOnce) == .new else { continue }
                    if flow.pubackSent(identifier) { settledCount += 1 }
                }
                return settledCount
            }
        },
        Operation("receive at QoS 2: PUBLISH, PUBREC, PUBREL", allocations: 0, instructions: 1_080) {
            var flow = IncomingFlow(receiveMaximum: 20)
            return repetition { count in
                var settledCount = 0
                for identifier in 1...UInt16(count) {
                    guard flow.publishReceived(identifier, qos: .exactlyOnce) == .new else { continue }
                    guard flow.pubrecSent(identifier, isFailure: false) else { continue }
                    if flow.pubrelReceived(identifier) { settledCount += 1 }
                }
                return settledCount
            }
        },
    ]
}
