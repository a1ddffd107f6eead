import NIOCore
import Synchronization

/// What the event loops of one broker share: a mailbox for each of them, the directory of Clients, and how many
/// connections there are. A broker with one event loop has none.
///
/// Each of the three has a lock of its own, which is held for a few pushes or one look-up, and never while another one is
/// taken. Nothing here is touched for each message: the mail of a turn is posted with one lock, and fetched with one.
///
/// ```
///   loop A   end of a turn ── post ──▶ [mailbox of B] flag up ── call, once until B comes ──▶ loop B
///   loop B   before each read it works on: flag up? ── fetch ──▶ flag down
/// ```
final class PostOffice: Sendable {
    /// Whether there is mail in a mailbox, or one of them is full. Looked at with each read, which costs one load.
    ///
    /// It is raised and lowered with the lock of the mailboxes held. Whoever looks without it sees at least what was posted
    /// before something that it knows of: that came through the system from the loop which posted before it sent, and the
    /// system orders memory on the way.
    final class Flag: Sendable {
        private let state = Atomic(false)
        /// Keeps the flags of two loops in two cache lines.
        private let padding: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0, 0)

        var isRaised: Bool { state.load(ordering: .acquiring) }

        fileprivate func raise() { state.store(true, ordering: .releasing) }
        fileprivate func lower() { state.store(false, ordering: .releasing) }
    }

    /// What one loop has posted to another in a turn.
    typealias Delivery = (sender: Int, mail: [Mail])

    fileprivate struct Mailbox {
        var deliveries: [Delivery] = []
        var byteCount = 0
        var letterCount = 0
        /// Whether publishers of this loop wait until no mailbox is full.
        var awaitsRoom = false
        /// Has the loop come for its mail; `nil` before the loop is there, and after its end.
        var call: (@Sendable () -> Void)?
        /// Whether the loop has been called and has not come yet.
        var isCalled = false
    }

    fileprivate struct Mailboxes {
        var list: [Mailbox]
        /// The mailboxes with more than ``mostWaitingBytes`` or ``mostWaitingLetters``.
        var fullCount = 0
        var isClosed = false
    }

    /// How many bytes of mail wait in a mailbox before all loops keep their publishers waiting until it is empty: less than
    /// what may wait for one connection, which drops what comes above that.
    static let mostWaitingBytes = 1 << 20
    /// The same for letters: fewer than messages may be queued for a session, where nobody says otherwise.
    static let mostWaitingLetters = 512

    private let mailboxes: Mutex<Mailboxes>
    private let flags: [Flag]
    /// Raised while a mailbox is full.
    private let isFull = Flag()
    private let waiting = WaitingBytes()
    private let directory = Mutex(ClientDirectory())
    private let connections = Mutex(ConnectionCounts())

    /// - Parameter loopCount: At least 2, and at most ``BrokerSet/mostBrokers``.
    init(loopCount: Int) {
        precondition((2...BrokerSet.mostBrokers).contains(loopCount), "\(loopCount) loops do not share anything")
        mailboxes = Mutex(Mailboxes(list: Array(repeating: Mailbox(), count: loopCount)))
        flags = (0..<loopCount).map { _ in Flag() }
    }

    func flag(of loop: Int) -> Flag { flags[loop] }

    // MARK: Mail

    /// A loop is there for its mail.
    ///
    /// - Parameter call: Has it come. Called on any thread, and only until ``close()``.
    func open(_ loop: Int, call: @escaping @Sendable () -> Void) {
        let isWaitedFor = mailboxes.withLock { mailboxes in
            mailboxes.list[loop].call = call
            mailboxes.list[loop].isCalled = !mailboxes.list[loop].deliveries.isEmpty
            return mailboxes.list[loop].isCalled
        }
        if isWaitedFor { call() }
    }

    /// Posts all mail of a turn at once: no loop gets its part before the others have theirs.
    func post(_ mail: [(receiver: Int, mail: [Mail])], from sender: Int) {
        guard !mail.isEmpty else { return }
        let calls = mailboxes.withLock { mailboxes -> [@Sendable () -> Void] in
            guard !mailboxes.isClosed else { return [] }
            var calls: [@Sendable () -> Void] = []
            for (receiver, mail) in mail {
                if let call = mailboxes.put(mail, from: sender, into: receiver) { calls.append(call) }
                flags[receiver].raise()
            }
            if mailboxes.fullCount > 0 { isFull.raise() }
            return calls
        }
        // Not with the lock held: to wake another thread takes longer than all the rest.
        for call in calls { call() }
    }

    /// Takes all mail of a loop, in the order in which it was posted.
    ///
    /// - Parameters:
    ///   - deliveries: An empty list, whose memory is used for mail that comes later.
    ///   - isCall: Whether the loop comes because it has been called.
    func fetch(_ loop: Int, into deliveries: inout [Delivery], isCall: Bool) {
        let calls = mailboxes.withLock { mailboxes -> [@Sendable () -> Void] in
            if isCall { mailboxes.list[loop].isCalled = false }
            swap(&deliveries, &mailboxes.list[loop].deliveries)
            flags[loop].lower()
            let wasFull = mailboxes.list[loop].isFull
            mailboxes.list[loop].byteCount = 0
            mailboxes.list[loop].letterCount = 0
            guard wasFull else { return [] }
            mailboxes.fullCount -= 1
            guard mailboxes.fullCount == 0 else { return [] }
            isFull.lower()
            return mailboxes.callThoseThatAwaitRoom()
        }
        for call in calls { call() }
    }

    // MARK: Back-pressure

    /// Whether a loop's publishers are to be kept waiting because some loop does not keep up with its mail; it is called
    /// when they need not wait any more.
    func isOverloaded(for loop: Int) -> Bool {
        // Seen too late it does no harm: the next publisher is kept waiting.
        guard isFull.isRaised else { return false }
        return mailboxes.withLock { mailboxes in
            mailboxes.list[loop].awaitsRoom = mailboxes.fullCount > 0
            return mailboxes.fullCount > 0
        }
    }

    /// The bytes that wait for sessions and connections of all loops, as these have told it.
    var waitingByteCount: Int { waiting.count.load(ordering: .relaxed) }

    /// A loop tells that more, or less, waits for its sessions and connections. Where that ends what publishers wait for,
    /// all loops are called.
    func tellWaiting(change: Int, limit: Int) {
        let count = waiting.count.wrappingAdd(change, ordering: .relaxed).newValue
        guard count <= limit, count - change > limit else { return }
        let calls = mailboxes.withLock { $0.isClosed ? [] : $0.list.compactMap(\.call) }
        for call in calls { call() }
    }

    /// Takes no more mail, and calls nobody any more once each loop has ended its turn.
    func close() {
        mailboxes.withLock { mailboxes in
            mailboxes.isClosed = true
            for loop in mailboxes.list.indices {
                mailboxes.list[loop] = Mailbox()
                flags[loop].lower()
            }
            mailboxes.fullCount = 0
            isFull.lower()
        }
    }

    // MARK: Clients and connections

    /// Does what a broker asks the directory for.
    func answer(_ request: DirectoryRequest) -> ClaimAnswer? {
        directory.withLock { $0.answer(request) }
    }

    /// The most Clients that had a session at the same time.
    var mostClients: Int { directory.withLock { $0.maximumCount } }

    /// Counts a connection more, unless there are as many as there may be.
    ///
    /// - Returns: Whether it was counted.
    func admit(by listener: Int, limit: Int, listenerLimit: Int) -> Bool {
        connections.withLock { $0.admit(by: listener, limit: limit, listenerLimit: listenerLimit) }
    }

    /// A connection that was counted has ended.
    func dismiss(by listener: Int) {
        connections.withLock { $0.dismiss(by: listener) }
    }
}

/// A count that is changed a few times a turn at most.
private final class WaitingBytes: Sendable {
    let count = Atomic(0)
    /// Keeps what is looked at with each read out of its cache line.
    private let padding: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0, 0)
}

extension PostOffice.Mailbox {
    /// Whether publishers wait until it is empty.
    fileprivate var isFull: Bool {
        byteCount > PostOffice.mostWaitingBytes || letterCount > PostOffice.mostWaitingLetters
    }
}

extension PostOffice.Mailboxes {
    /// - Returns: What calls the loops whose publishers wait until no mailbox is full.
    fileprivate mutating func callThoseThatAwaitRoom() -> [@Sendable () -> Void] {
        var calls: [@Sendable () -> Void] = []
        for loop in list.indices where list[loop].awaitsRoom {
            list[loop].awaitsRoom = false
            if let call = list[loop].call { calls.append(call) }
        }
        return calls
    }

    /// Puts the mail of a turn into a mailbox.
    ///
    /// - Returns: What calls its loop, where that has not been called already.
    fileprivate mutating func put(
        _ mail: [Mail],
        from sender: Int,
        into receiver: Int
    ) -> (@Sendable () -> Void)? {
        let wasFull = list[receiver].isFull
        list[receiver].byteCount += mail.reduce(0) { $0 + $1.byteCount }
        list[receiver].letterCount += mail.count
        if list[receiver].isFull, !wasFull { fullCount += 1 }
        list[receiver].deliveries.append((sender, mail))
        guard !list[receiver].isCalled, let call = list[receiver].call else { return nil }
        list[receiver].isCalled = true
        return call
    }
}

/// How many connections there are at all loops, and how many of them came by each listener.
private struct ConnectionCounts {
    private var count = 0
    private var byListener: [Int] = []

    mutating func admit(by listener: Int, limit: Int, listenerLimit: Int) -> Bool {
        while byListener.count <= listener {
            byListener.append(0)
        }
        guard count < limit, byListener[listener] < listenerLimit else { return false }
        count += 1
        byListener[listener] += 1
        return true
    }

    mutating func dismiss(by listener: Int) {
        count -= 1
        byListener[listener] -= 1
    }
}
