import NIOCore

/// A new configuration for a broker that runs.
extension Broker {
    /// Takes a new configuration over in one step. Clients stay connected, and what they may do is what it says from now
    /// on; those who may not be there any more are let go of.
    ///
    /// - Parameter mayStay: Whether a Client may stay that is connected, or that waits for its session, by its listener
    ///   and its User Name; one that a certificate named is not asked about.
    mutating func reconfigure(
        _ configuration: BrokerConfiguration,
        now: NIODeadline,
        into effects: inout Effects,
        mayStay: (_ listener: Int, _ userName: UTF8String?) -> Bool
    ) {
        precondition(
            configuration.listeners.count == self.configuration.listeners.count,
            "a broker that runs has the listeners that it was started with"
        )
        self.configuration = configuration
        subscriptions.mergesSubscriptions = !configuration.sendsForEachSubscription
        accessGeneration &+= 1
        for index in sessions.indices {
            let list = configuration.listeners[sessions[index].listener].access.accessControlList
            sessions[index].access = list?.profile(
                userName: sessions[index].userName,
                clientIdentifier: sessions[index].clientIdentifier
            )
        }
        for index in connections.indices where connections[index].identity == nil {
            let connection = ConnectionIndex(value: index)
            let listener = connections[index].listener
            switch connections[index].phase {
            case .connected where !mayStay(listener, sessions[connections[index].session].userName):
                end(connection, .notAuthorized, now: now, into: &effects)
            case .claiming:
                guard let pending = connections[index].pendingConnect, !mayStay(listener, pending.connect.userName)
                else {
                    continue
                }
                refusePending(connection, ticket: pending.ticket, .notAuthorized, into: &effects)
            case .connected, .awaitingConnect, .authenticating, .ended: continue
            }
        }
    }

    /// Ends the connection of a Client because an operator wants it.
    ///
    /// - Returns: Whether the Client was connected.
    mutating func kick(_ clientIdentifier: UTF8String, now: NIODeadline, into effects: inout Effects) -> Bool {
        guard let session = sessionsByClient[clientIdentifier], let connection = sessions[session].connection else {
            return false
        }
        end(connection, .administrativeAction, now: now, into: &effects)
        return true
    }

    private mutating func end(
        _ connection: ConnectionIndex,
        _ reasonCode: ReasonCode,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        sendDisconnect(reasonCode, to: connection, into: &effects)
        endConnection(
            connection,
            reason: .endedByServer(reasonCode),
            publishesWill: true,
            now: now,
            into: &effects
        )
    }
}
