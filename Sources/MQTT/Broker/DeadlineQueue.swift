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
        case retainedMessages
    }

    private struct Entry: Comparable {
        let deadline: NIODeadline
        let owner: Owner

        static func < (lhs: Self, rhs: Self) -> Bool { lhs.deadline < rhs.deadline }
        static func == (lhs: Self, rhs: Self) -> Bool { lhs.deadline == rhs.deadline }
    }

    private var entries = Heap<Entry>()

    /// How many entries there are, those that are no longer valid among them.
    var count: Int { entries.count }

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

    /// Forgets the entries for which `isValid` does not hold, and all but one of those that are the same.
    mutating func removeAll(unless isValid: (Owner, NIODeadline) -> Bool) {
        var owners: Set<Owner> = []
        entries = Heap(
            entries.unordered.filter { isValid($0.owner, $0.deadline) && owners.insert($0.owner).inserted }
        )
    }

    /// Takes out the next entry that has come up by `now`, with the deadline that it was entered with.
    mutating func popDue(by now: NIODeadline) -> (owner: Owner, deadline: NIODeadline)? {
        guard let first = entries.min, first.deadline <= now else { return nil }
        entries.removeMin()
        return (first.owner, first.deadline)
    }
}
