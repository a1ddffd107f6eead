import Testing

@testable import MQTT
@testable import Support

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Worlds of one broker, or several that are one, and many clients in virtual time: whatever is delayed, split, cut or
/// restarted, the promises of the protocol hold.
///
/// `SIMULATION_SEED` runs one world and prints what happened in it, with `SIMULATION_BROKERS` brokers;
/// `SIMULATION_WORLDS` says how many are run.
@Suite struct SimulationTests {
    @Test("The promises of every quality of service hold in a rough world", arguments: Seeds.chosen)
    func promisesHold(_ chosen: ChosenWorld) {
        let world = SimulatedWorld(seed: chosen.seed, brokerCount: chosen.brokerCount)
        world.keepsHistory = Seeds.isOne
        do {
            try world.run()
        } catch {
            Issue.record("\(world.place): \(error)")
        }
        if world.keepsHistory { print(world.history.joined(separator: "\n")) }
        #expect(world.ledger.messages.count > 10, "\(world.place): hardly anything was published")
    }

    @Test("The same seed gives the same world, another seed another one")
    func worldsAreRepeatable() throws {
        let first = SimulatedWorld(seed: 7)
        let second = SimulatedWorld(seed: 7)
        let other = SimulatedWorld(seed: 8)
        try first.run()
        try second.run()
        try other.run()
        #expect(first.trace == second.trace)
        #expect(first.trace != other.trace)
    }

    @Test("Sessions move between brokers", arguments: [2, 5])
    func sessionsMove(brokerCount: Int) throws {
        var moveCount = 0
        for seed in UInt64(0)..<20 {
            let world = SimulatedWorld(seed: seed, brokerCount: brokerCount)
            try world.run()
            moveCount += world.moveCount
        }
        #expect(moveCount > 100)
    }

    @Test("Worlds are rough: messages arrive, connections are cut and taken over, and the broker is killed")
    func worldsAreRough() throws {
        var deliveryCount = 0
        var cutCount = 0
        var takeoverCount = 0
        var crashCount = 0
        for seed in UInt64(0)..<30 {
            let world = SimulatedWorld(seed: seed)
            try world.run()
            deliveryCount += world.ledger.checkedCount
            cutCount += world.cutCount
            takeoverCount += world.takeoverCount
            crashCount += world.crashCount
        }
        #expect(deliveryCount > 2_000)
        #expect(cutCount > 50)
        #expect(takeoverCount > 20)
        #expect(crashCount > 20)
    }
}

/// A world to run.
struct ChosenWorld: Sendable {
    let seed: UInt64
    let brokerCount: Int
}

/// Which worlds are run: the same ones every time, unless the environment asks for others.
enum Seeds {
    static var chosen: [ChosenWorld] {
        if let seed = number("SIMULATION_SEED") {
            return [ChosenWorld(seed: seed, brokerCount: Int(number("SIMULATION_BROKERS") ?? 1))]
        }
        // Half of them have one broker, as nearly everything that can go wrong does there already.
        let brokerCounts = [1, 2, 1, 5]
        return (0..<(number("SIMULATION_WORLDS") ?? standardCount)).map {
            ChosenWorld(seed: $0, brokerCount: brokerCounts[Int($0 % 4)])
        }
    }

    /// Whether one world is asked for.
    static var isOne: Bool { number("SIMULATION_SEED") != nil }

    #if DEBUG
    private static let standardCount: UInt64 = 60
    #else
    private static let standardCount: UInt64 = 1_000
    #endif

    private static func number(_ variable: String) -> UInt64? {
        // `getenv` returns a string that ends with a zero and that nobody changes while tests run.
        guard let text = unsafe getenv(variable) else { return nil }
        // The same string, copied at once.
        return unsafe UInt64(String(cString: text))
    }
}
