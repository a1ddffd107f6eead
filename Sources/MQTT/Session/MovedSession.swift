import DequeModule
import NIOCore

/// The rest of a session that has moved.
struct MovedSession: Sendable {
    let expiryInterval: UInt32
    let expiry: NIODeadline?
    let delayedWill: ServerSession.DelayedWill?
    let isDropping: Bool
    let outgoing: OutgoingFlow<ServerSession.Delivery>
    let incoming: IncomingFlow
    let queue: Deque<ServerSession.Delivery>

    init(_ session: ServerSession) {
        expiryInterval = session.expiryInterval
        expiry = session.expiry
        delayedWill = session.delayedWill
        isDropping = session.isDropping
        outgoing = session.outgoing
        incoming = session.incoming
        queue = session.queue
    }
}
