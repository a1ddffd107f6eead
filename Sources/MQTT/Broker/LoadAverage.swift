/// How much of something there is a minute, averaged over the last one, five and fifteen: what is older counts less and
/// less, as in the load averages of Unix.
struct LoadAverage: Sendable {
    /// By how much what was counted loses its weight in a second: e to the power of one over 60, 300 and 900.
    private static let weightAfterSecond = [0.983_471_453_821_617, 0.996_672_216_119_603, 0.998_889_506_137_344]
    /// What the averages are called.
    static let names = ["1min", "5min", "15min"]

    private(set) var values = [0.0, 0.0, 0.0]
    private var lastCount = 0

    /// Takes in how much there has been since the start, `seconds` after the last time.
    mutating func update(count: Int, seconds: Int) {
        let perMinute = Double(count - lastCount) * 60 / Double(max(seconds, 1))
        lastCount = count
        for (index, weight) in Self.weightAfterSecond.enumerated() {
            var factor = 1.0
            // Beyond the longest average nothing of the old value is left to be seen.
            for _ in 0..<min(seconds, 20_000) {
                factor *= weight
            }
            values[index] = values[index] * factor + perMinute * (1 - factor)
        }
    }
}

extension Double {
    /// The number with two decimals.
    var withTwoDecimals: String {
        let hundredths = Int((self * 100).rounded())
        let fraction = "\(hundredths % 100)"
        return "\(hundredths / 100).\(fraction.count < 2 ? "0" + fraction : fraction)"
    }
}
