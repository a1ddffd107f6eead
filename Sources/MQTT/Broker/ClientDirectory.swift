/// At which broker each Client has its session, or is about to: what makes a Client Identifier name one session at several
/// brokers that are one to their Clients.
///
/// A broker asks with `Effects.directory`. Whoever carries out the effects keeps one directory for all brokers and answers
/// each request, in order, before anything else is given to the broker that asked, and before its mail is posted.
struct ClientDirectory: Sendable {
    /// Who has the session of a Client.
    struct Tenure: Sendable, Equatable {
        let broker: Int
        /// Tells this tenure from all others, of any Client.
        let number: UInt64
    }

    private var tenures: [UTF8String: Tenure] = [:]
    private var lastNumber: UInt64 = 0

    /// How many Clients have a session somewhere.
    var count: Int { tenures.count }

    /// Does what a broker asks for.
    ///
    /// - Returns: The answer to a claim; `nil` where the request asks nothing.
    mutating func answer(_ request: DirectoryRequest) -> ClaimAnswer? {
        switch request {
        case .claim(let claim):
            lastNumber += 1
            let former = tenures.updateValue(
                Tenure(broker: claim.broker, number: lastNumber),
                forKey: claim.clientIdentifier
            )
            return ClaimAnswer(number: lastNumber, former: former, clientCount: tenures.count)
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
}

/// Who had the Client before, and the number of the tenure that begins.
struct ClaimAnswer: Sendable, Equatable {
    let number: UInt64
    /// `nil` where nobody had the Client.
    let former: ClientDirectory.Tenure?
    /// How many Clients have a session somewhere, this one among them.
    let clientCount: Int
}
