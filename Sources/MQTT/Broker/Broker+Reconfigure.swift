import NIOCore

/// A new configuration for a broker that runs.
extension Broker {
    /// Takes a new configuration over in one step. Clients stay connected, and what they may do is what it says from now
    /// on; those who may not be there any more are let go of.
    ///
    /// - Parameter mayStay: Whether a connected Client may stay, by its listener and its User Name; one that a
    ///   certificate named is not asked about.
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
        for index in connections.indices where connections[index].phase == .connected {
            let session = connections[index].session
            guard connections[index].identity == nil,
                !mayStay(connections[index].listener, sessions[session].userName)
            else { continue }
            end(ConnectionIndex(value: index), .notAuthorized, now: now, into: &effects)
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
