/// A CONNECT that waits for the answer about its password. A class, so that every connection that does not wait has only
/// room for a reference.
final class PendingConnect: Sendable {
    let connect: Connect
    let ticket: UInt32

    init(_ connect: Connect, ticket: UInt32) {
        self.connect = connect
        self.ticket = ticket
    }
}
