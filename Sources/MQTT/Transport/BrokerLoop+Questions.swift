import Logging
import NIOCore

/// What a loop is asked, and whom it asks: about passwords, and by operators.
extension BrokerLoop {
    // MARK: Passwords

    func askForAuthentication() {
        guard !effects.authentications.isEmpty else { return }
        let requests = effects.authentications
        effects.authentications.removeAll()
        for request in requests {
            guard let authenticate else {
                authenticated(request, .badUserNameOrPassword)
                continue
            }
            authenticate(request, channels[Int(request.connection.value)]?.peer)
        }
    }

    /// The answer about a password; not to be given before the question was asked, which the loop ends its turn with.
    func authenticated(_ request: AuthenticationRequest, _ result: AuthenticationResult) {
        readMail()
        broker.authenticated(request.connection, ticket: request.ticket, result, now: .now(), into: &effects)
        continueReceiving(from: request.connection)
        scheduleTurn()
    }

    // MARK: The operator

    func answerControlRequests() {
        guard !effects.controlRequests.isEmpty else { return }
        let requests = effects.controlRequests
        effects.controlRequests.removeAll()
        readMail()
        for request in requests {
            guard let answer = answerControl?(request) else { continue }
            logger.info("\(request.clientIdentifier.printable) asked at \(ControlRequest.topic)")
            broker.publishOwn(ControlRequest.responseTopic, answer, retain: false, now: .now(), into: &effects)
        }
    }

    /// Asks the broker something, or has it do something, beside what its Clients want.
    func operate<Result>(_ body: (inout Broker, inout Effects) -> Result) -> Result {
        defer { scheduleTurn() }
        readMail()
        return body(&broker, &effects)
    }

    /// Where a connection comes from, as the log writes it.
    func peerAddress(of connection: ConnectionIndex) -> String {
        Int(connection.value) < channels.count ? channels[Int(connection.value)]?.peerAddress ?? "" : ""
    }

    // MARK: TLS

    /// What a connection that begins now by a listener speaks TLS with; `nil` where it does not.
    func tlsContext(of listener: Int) -> TLSContext? {
        tlsContexts.indices.contains(listener) ? tlsContexts[listener] : nil
    }

    /// Has connections of a listener that begin from now on speak TLS with `context`; those that are open keep what they
    /// began with.
    func setTLSContext(_ context: TLSContext?, of listener: Int) {
        while tlsContexts.count <= listener {
            tlsContexts.append(nil)
        }
        tlsContexts[listener] = context
    }
}
