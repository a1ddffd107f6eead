import Testing

@testable import Support

/// The world notices when a side breaks the protocol: each habit that does is found out, by the promise that it breaks.
@Suite struct SimulatedFaultTests {
    private static let consequences: [(fault: SimulatedFault, promises: Set<SimulatedViolation.Promise>)] = [
        (.forgetsReceivedMessages, [.exactlyOnce]),
        (.repeatsAsNew, [.exactlyOnce]),
        (.believesSending, [.acknowledged]),
        (.acknowledgesUnread, [.atLeastOnce]),
        (.sendsYoungestFirst, [.order]),
        (.hidesRepetition, [.duplicate]),
        (.ignoresReceiveMaximum, [.understanding]),
        (.neverDrains, [.rest]),
        (.stopsTheClock, [.session, .keepAlive]),
        (.reversesMail, [.order, .atLeastOnce, .exactlyOnce, .rest, .retained, .accounts, .nothingLeft]),
        (.promisesTooEarly, [.acknowledged, .atLeastOnce, .exactlyOnce, .duplicate]),
    ]

    @Test("A broken habit is found out", arguments: consequences)
    func faultIsFound(fault: SimulatedFault, promises: Set<SimulatedViolation.Promise>) {
        for seed in UInt64(0)..<40 {
            let world = SimulatedWorld(seed: seed, fault: fault, brokerCount: fault == .reversesMail ? 3 : 1)
            do {
                try world.run()
            } catch {
                #expect(promises.contains(error.promise), "\(world.place): \(error)")
                return
            }
        }
        Issue.record("no world noticed \(fault)")
    }

    @Test("Every broken habit has its test")
    func everyFaultIsTried() {
        #expect(Set(Self.consequences.map(\.fault)) == Set(SimulatedFault.allCases))
    }
}
