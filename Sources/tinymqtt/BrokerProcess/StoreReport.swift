import MQTT

/// What `tinymqtt broker --check-store` says of a store: what is in it on standard output, and what is wrong with it on
/// standard error.
struct StoreReport {
    let check: StoreCheck

    /// - Throws: ``ProcessFailure`` where the file cannot be looked over.
    init(path: String) throws(ProcessFailure) {
        do throws(StoreError) {
            check = try StoreCheck(path: path)
        } catch {
            throw ProcessFailure("the store cannot be checked: \(error)", isConfiguration: true)
        }
    }

    /// - Throws: ``ProcessFailure`` where something is wrong.
    func print() throws(ProcessFailure) {
        Swift.print("\(check.path): a store of version \(check.version)")
        for count in check.counts {
            Swift.print("\(count.count) \(count.name)")
        }
        for problem in check.problems {
            printError("\(check.path): \(problem)")
        }
        guard check.problems.isEmpty else {
            throw ProcessFailure("\(check.path) is damaged: \(check.problems.count) problems", isConfiguration: true)
        }
    }
}
