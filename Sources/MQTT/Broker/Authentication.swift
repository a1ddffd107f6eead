import NIOCore

/// A question of the broker's to whoever knows the users: whether a user name and a password go together.
///
/// It is answered by ``Broker/authenticated(_:ticket:_:now:into:)``, sooner or later; checking takes long by design, and
/// so it happens elsewhere.
struct AuthenticationRequest: Sendable {
    let connection: ConnectionIndex
    /// Tells this question from others about the same number of a connection, which is used again.
    let ticket: UInt32
    /// The place of the listener in the broker's configuration: each may have users of its own.
    let listener: Int
    let clientIdentifier: UTF8String
    let userName: UTF8String
    let password: [UInt8]?
}

/// The answer to an ``AuthenticationRequest``.
enum AuthenticationResult: Sendable {
    case accepted
    case badUserNameOrPassword
    /// There are too many questions at once.
    case busy
}

/// How Clients prove who they are (section 4.12 leaves it to the Server).
extension Broker {
    /// A certificate or a key has told who is at the other end: a user name, which takes the place of the one in
    /// CONNECT. To be said before the CONNECT is received.
    mutating func identified(_ connection: ConnectionIndex, userName: UTF8String) {
        connections[connection.value].identity = userName
    }

    /// Whether what a connection sends is to wait, because its password is being checked or its session is fetched.
    func isAuthenticating(_ connection: ConnectionIndex) -> Bool {
        switch connections[connection.value].phase {
        case .authenticating, .claiming: true
        case .awaitingConnect, .connected, .ended: false
        }
    }

    mutating func authenticate(
        _ connect: Connect,
        userName: UTF8String,
        from connection: ConnectionIndex,
        into effects: inout Effects
    ) {
        lastTicket &+= 1
        connections[connection.value].phase = .authenticating
        connections[connection.value].pendingConnect = PendingConnect(connect, ticket: lastTicket)
        effects.authentications.append(
            AuthenticationRequest(
                connection: connection,
                ticket: lastTicket,
                listener: connections[connection.value].listener,
                clientIdentifier: connect.clientIdentifier,
                userName: userName,
                password: connect.password
            )
        )
    }

    /// A question has been answered. Nothing happens where the connection has ended meanwhile.
    mutating func authenticated(
        _ connection: ConnectionIndex,
        ticket: UInt32,
        _ result: AuthenticationResult,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        guard connections.contains(connection.value), connections[connection.value].phase == .authenticating,
            let pending = connections[connection.value].pendingConnect, pending.ticket == ticket
        else { return }
        connections[connection.value].pendingConnect = nil
        connections[connection.value].phase = .awaitingConnect
        switch result {
        case .accepted: accept(pending.connect, from: connection, now: now, into: &effects)
        case .badUserNameOrPassword: refuse(connection, pending.connect, .badUserNameOrPassword, into: &effects)
        case .busy: refuse(connection, pending.connect, .serverBusy, into: &effects)
        }
    }
}
