import Foundation
import Testing

@testable import Support

/// A broker that is killed again and again: nothing that it has acknowledged is lost.
///
/// `CRASH_KILLS` gives the number of kills, `CRASH_SEED` another seed, `CRASH_BROKER` another build of the program.
@Suite("tinymqtt broker: crashes", .serialized)
struct CrashTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let killCount = environment["CRASH_KILLS"].flatMap { Int($0) } ?? 6
    private static let seed = environment["CRASH_SEED"].flatMap { UInt64($0) } ?? 0x4352_4153

    @Test("every message is accounted for", .timeLimit(.minutes(30)))
    func crashes() async throws {
        let report = try await CrashTrial.run(CrashTrial.Plan(seed: Self.seed, killCount: Self.killCount))
        print("CRASH_SEED=\(Self.seed) CRASH_KILLS=\(Self.killCount): \(report)")
        #expect(report.violations == [])
        #expect(report.figures.acknowledgedCount > 0)
        #expect(report.figures.receivedCount >= report.figures.acknowledgedCount)
    }

    @Test("a broker that keeps nothing is found out", .timeLimit(.minutes(2)))
    func withoutStore() async throws {
        let report = try await CrashTrial.run(
            CrashTrial.Plan(seed: Self.seed, killCount: 3, isDurable: false, patience: 2)
        )
        print("without a store: \(report)")
        #expect(report.lostCount > 0)
        #expect(report.violations.contains { $0.hasSuffix("its session is gone") })
    }
}
