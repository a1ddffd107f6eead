import Foundation

/// How much to fuzz, and from which seed.
///
/// `FUZZ_SEED` gives another seed than the fixed one, `FUZZ_INPUTS` another number of inputs for each target. Both are
/// printed, so that a run that failed can be had again.
struct FuzzSettings {
    let seed: UInt64
    let inputCount: Int

    init(target: String) {
        let environment = ProcessInfo.processInfo.environment
        seed = environment["FUZZ_SEED"].flatMap { UInt64($0) } ?? 0x4D51_5454
        inputCount = environment["FUZZ_INPUTS"].flatMap { Int($0) } ?? Self.defaultInputCount
        print("fuzzing \(target): FUZZ_SEED=\(seed) FUZZ_INPUTS=\(inputCount)")
    }

    private static var defaultInputCount: Int {
        #if DEBUG
        5_000
        #else
        1_000_000
        #endif
    }
}
