import HeapModule
import NIOCore

/// The moments at which something is due, earliest first: one sweep for all connections and sessions, no timer for each.
///
/// An entry is not taken out when its deadline moves. The owner remembers the entry that is valid for it; when an entry
/// comes up, the owner says when it is really due and is entered again if that is later. So a deadline that moves with
/// every packet costs nothing until it comes up.
struct DeadlineQueue {
    /// Whose deadline it is.
    enum Owner: Hashable, Sendable {
        case connection(ConnectionIndex)
        case session(SubscriptionIndex.Session)
    }

    private struct Entry: Comparable {
        let deadline: NIODeadline
        let owner: Owner

        static func < (lhs: Self, rhs: Self) -> Bool { lhs.deadline < rhs.deadline }
        static func == (lhs: Self, rhs: Self) -> Bool { lhs.deadline == rhs.deadline }
    }

    private var entries = Heap<Entry>()

    /// The earliest entry, which may turn out not to be due.
    var next: NIODeadline? { entries.min?.deadline }

    /// Enters an owner, unless its valid entry comes up early enough.
    ///
    /// - Parameter scheduled: The owner's note of its valid entry.
    mutating func schedule(_ owner: Owner, at deadline: NIODeadline?, scheduled: inout NIODeadline?) {
        guard let deadline else { return }
        if let scheduled, scheduled <= deadline { return }
        scheduled = deadline
        entries.insert(Entry(deadline: deadline, owner: owner))
    }

    /// Takes out the next entry that has come up by `now`, with the deadline that it was entered with.
    mutating func popDue(by now: NIODeadline) -> (owner: Owner, deadline: NIODeadline)? {
        guard let first = entries.min, first.deadline <= now else { return nil }
        entries.removeMin()
        return (first.owner, first.deadline)
    }
}
