/// At which broker each Client has its session, or is about to: what makes a Client Identifier name one session at several
/// brokers that are one to their Clients.
///
/// A broker asks with `Effects.directory`. Whoever carries out the effects keeps one directory for all brokers and answers
/// each request, in order, before the mail of that turn is posted.
struct ClientDirectory: Sendable {
    /// Who has the session of a Client.
    struct Tenure: Sendable, Equatable {
        let broker: Int
        /// Tells this tenure from all others, of any Client.
        let number: UInt64
    }

    private var tenures: [UTF8String: Tenure] = [:]
    private var lastNumber: UInt64 = 0

    /// How many Clients have a session somewhere, and the most that had one at the same time.
    var count: Int { tenures.count }
    private(set) var maximumCount = 0

    /// Does what a broker asks for.
    ///
    /// - Returns: The answer to a claim; `nil` where the request asks nothing.
    mutating func answer(_ request: DirectoryRequest) -> ClaimAnswer? {
        switch request {
        case .claim(let claim):
            let former = tenures[claim.clientIdentifier]
            guard former != nil || tenures.count < claim.mostClients else { return .refused }
            lastNumber += 1
            tenures[claim.clientIdentifier] = Tenure(broker: claim.broker, number: lastNumber)
            maximumCount = max(maximumCount, tenures.count)
            return .granted(number: lastNumber, former: former)
        case .release(let clientIdentifier, let number):
            if tenures[clientIdentifier]?.number == number { tenures[clientIdentifier] = nil }
            return nil
        }
    }
}

/// What a broker wants of the ``ClientDirectory``.
enum DirectoryRequest: Sendable {
    /// A Client connects here.
    case claim(Claim)
    /// Its session has ended; not where the Client has connected elsewhere since.
    case release(UTF8String, number: UInt64)
}

/// A CONNECT that is about to be accepted: from now on the Client's session is at this broker.
struct Claim: Sendable {
    let broker: Int
    let connection: ConnectionIndex
    /// Tells this claim from others about the same number of a connection, which is used again.
    let ticket: UInt32
    let clientIdentifier: UTF8String
    let cleanStart: Bool
    /// How many Clients may have a session somewhere.
    let mostClients: Int
}

/// What a claim is answered with.
enum ClaimAnswer: Sendable, Equatable {
    /// A tenure begins, with a number of its own; `former` is the one that ends with it, if the Client had one.
    case granted(number: UInt64, former: ClientDirectory.Tenure?)
    /// As many Clients have a session as may, and this one has none.
    case refused
}
