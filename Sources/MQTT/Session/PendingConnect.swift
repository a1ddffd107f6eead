/// A CONNECT that waits: for the answer about its password, or for its session, which is elsewhere. A class, so that every
/// connection that does not wait has only room for a reference.
final class PendingConnect: Sendable {
    let connect: Connect
    let ticket: UInt32
    /// What it will be answered with, but for Session Present; `nil` while that is not known.
    let connack: Connack?

    init(_ connect: Connect, ticket: UInt32, connack: Connack? = nil) {
        self.connect = connect
        self.ticket = ticket
        self.connack = connack
    }
}
