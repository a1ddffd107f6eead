import CPlatform

/// Asks the name servers of this machine.
enum ServiceRecordLookUps {
    /// The longest answer: what fits into one over TCP.
    private static let maximumAnswerSize = 65_535

    /// Asks for the service records of a name. It blocks for as long as the system's settings let it wait.
    ///
    /// - Returns: The answer as it came.
    @Sendable
    static func askSystem(_ name: String) throws(ServiceRecordFailure) -> [UInt8] {
        var answer = [UInt8](repeating: 0, count: maximumAnswerSize)
        // The compiler passes the string with a zero byte at its end; neither pointer outlives the call, and the count is
        // that of the array.
        let count = unsafe service_record_query(name, &answer, Int32(answer.count))
        guard count >= 0 else {
            let isLasting = count == SERVICE_RECORD_NONE
            throw ServiceRecordFailure(
                problem: isLasting ? "there is no record \(name)" : "no name server answers about \(name)",
                isLasting: isLasting
            )
        }
        return Array(answer.prefix(Int(count)))
    }
}
