/// Why a listener could not be opened.
struct ListenerError: Error, CustomStringConvertible {
    /// What the system said, or what is wrong with the settings, and what to do.
    let description: String
    /// Whether another program listens there already.
    var isAddressInUse = false
}
