extension Duration {
    /// Milliseconds with one digit behind the point, as in `0.8 ms`.
    var inMilliseconds: String {
        let tenths = components.seconds * 10_000 + components.attoseconds / 100_000_000_000_000
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
