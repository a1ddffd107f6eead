import NIOCore

/// How a Client connects (section 3.1.4).
extension Broker {
    mutating func connectReceived(
        _ connect: Connect,
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        connections[connection.value].version = connect.version
        if let maximum = connect.properties[integer: .maximumPacketSize] {
            connections[connection.value].maximumPacketSize = Int(maximum)
        }
        connections[connection.value].wantsProblemInformation =
            connect.properties[integer: .requestProblemInformation] != 0
        let rules = rules(of: connection)
        var connect = connect
        let identity = connections[connection.value].identity
        if let identity {
            connect.userName = identity
            connect.password = nil
        }
        if rules.usesUserNameAsClientIdentifier {
            guard let userName = connect.userName else {
                return refuse(connection, connect, .notAuthorized, into: &effects)
            }
            connect.clientIdentifier = userName
        }
        if let reasonCode = reasonToRefuse(connect, rules) {
            return refuse(connection, connect, reasonCode, into: &effects)
        }
        if identity == nil {
            if rules.access.checksPasswords, let userName = connect.userName {
                return authenticate(connect, userName: userName, from: connection, into: &effects)
            }
            guard rules.access.allowsAnonymous else {
                return refuse(connection, connect, .notAuthorized, into: &effects)
            }
        }
        accept(connect, from: connection, now: now, into: &effects)
    }

    /// Nothing speaks against a CONNECT any more.
    mutating func accept(
        _ connect: Connect,
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        // Where there are peers, the directory counts.
        guard
            peerCount > 0 || sessions.count < limits.sessions
                || sessionsByClient[connect.clientIdentifier] != nil
        else {
            return refuse(connection, connect, .serverBusy, into: &effects)
        }
        guard mayBeStored(connect) else {
            // Version 3 has no code of its own for this.
            let reasonCode = connect.version.hasProperties ? ReasonCode.quotaExceeded : .serverUnavailable
            return refuse(connection, connect, reasonCode, into: &effects)
        }
        let rules = rules(of: connection)
        let isAssigned = connect.clientIdentifier.isEmpty
        var accepted = connect
        if isAssigned { accepted.clientIdentifier = assignClientIdentifier(rules) }
        var connack = Connack(sessionPresent: false, reasonCode: .success)
        if connect.version.hasProperties {
            connack.properties = connackProperties(
                for: connect,
                rules,
                clientIdentifier: accepted.clientIdentifier,
                isAssigned: isAssigned,
                keepAlive: keepAlive(for: connect)
            )
            guard connack.packetSize(for: .v5_0) <= connections[connection.value].maximumPacketSize else {
                // [MQTT-3.1.2-24]: what it would have to be told is more than it takes.
                return refuse(connection, connect, .packetTooLarge, into: &effects)
            }
        }
        guard peerCount == 0 else { return claim(accepted, connack, for: connection, into: &effects) }
        enter(accepted, connack, from: connection, now: now, into: &effects)
    }

    /// Gives a Client its session, which is at this broker if there is one, and accepts its CONNECT.
    ///
    /// - Parameter connack: The answer, but for Session Present.
    mutating func enter(
        _ connect: Connect,
        _ connack: Connack,
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        let before = effects.batch.changeCount
        let clientIdentifier = connect.clientIdentifier
        let keepAlive = keepAlive(for: connect)
        var connack = connack
        let hasNoEnd = sessionsByClient[clientIdentifier].map { sessions[$0].expiry == nil } ?? false
        let (session, sessionPresent) = takeSession(clientIdentifier, connect, now: now, into: &effects)
        connack.sessionPresent = sessionPresent
        sessions[session].connection = connection
        sessions[session].tenure = enteringTenure
        tellPresence(true, of: session, into: &effects)
        admit(connect, as: clientIdentifier, to: session, by: connections[connection.value].listener)
        begin(connection, with: connect, session: session, keepAlive: keepAlive, now: now)
        if !sessionPresent { notePromise(session, in: effects) }
        keep(session, into: &effects)
        let mayGo = effects.batch.changeCount == before || mayBeServedUnstored(session, hasNoEnd: hasNoEnd, effects)
        if !mayGo { effects.holdUntilStored(connection) }
        send(.connack(connack), to: connection, into: &effects)  // [MQTT-3.2.0-1], [MQTT-3.1.4-5]
        noteConnected()
        effects.events.append(
            .clientConnected(
                connection,
                clientIdentifier: clientIdentifier,
                version: connect.version,
                cleanStart: connect.cleanStart,
                keepAlive: keepAlive,
                userName: connect.userName
            )
        )
        sendQueued(session, now: now, into: &effects)
    }

    private mutating func noteConnected() {
        statistics.connectionsAcceptedCount += 1
        connectedCount += 1
        statistics.sessionsMaximum = max(statistics.sessionsMaximum, sessions.count)
    }

    /// Notes who a Client is and what it may do, which another connection of it may have had otherwise.
    private mutating func admit(
        _ connect: Connect,
        as clientIdentifier: UTF8String,
        to session: SessionIndex,
        by listener: Int
    ) {
        let rules = configuration.listeners[listener]
        sessions[session].userName = connect.userName
        sessions[session].listener = listener
        sessions[session].mountPoint = Array(rules.mountPoint.utf8)
        sessions[session].access = rules.access.accessControlList?.profile(
            userName: connect.userName,
            clientIdentifier: clientIdentifier
        )
        sessions[session].retainedSource = nil
    }

    private mutating func begin(
        _ connection: ConnectionIndex,
        with connect: Connect,
        session: SessionIndex,
        keepAlive: UInt16,
        now: NIODeadline
    ) {
        let rules = rules(of: connection)
        connections[connection.value].phase = .connected
        connections[connection.value].lastReceived = now
        connections[connection.value].session = session
        connections[connection.value].will = connect.will
        if !sessions[session].mountPoint.isEmpty, let topic = connect.will?.topic {
            connections[connection.value].will?.topic = UTF8String(
                unchecked: sessions[session].mountPoint + topic.bytes
            )
        }
        connections[connection.value].maximumQoS = rules.maximumQoS
        connections[connection.value].incomingAliases = IncomingTopicAliases(maximum: rules.topicAliasMaximum)
        connections[connection.value].outgoingAliases = OutgoingTopicAliases(
            maximum: min(
                UInt16(connect.properties[integer: .topicAliasMaximum] ?? 0),
                rules.outgoingTopicAliasMaximum
            )
        )
        connections[connection.value].asksForLastingSession =
            connect.properties[integer: .sessionExpiryInterval] ?? 0 > 0
        connections[connection.value].allowedSilence =
            keepAlive == 0 ? nil : .milliseconds(Int64(keepAlive) * 1_500)  // [MQTT-3.1.2-22]
        scheduleDeadline(of: connection)
    }

    /// Why a CONNECT that is well formed is not accepted; `nil` where it is.
    private func reasonToRefuse(_ connect: Connect, _ rules: ListenerRules) -> ReasonCode? {
        // [MQTT-3.1.2-2]
        guard rules.acceptedVersions.contains(connect.version) else { return .unsupportedProtocolVersion }
        if connect.clientIdentifier.isEmpty {
            guard rules.access.allowsZeroLengthClientIdentifier else { return .clientIdentifierNotValid }
            switch connect.version {
            case .v3_1: return .clientIdentifierNotValid
            case .v3_1_1: if !connect.cleanStart { return .clientIdentifierNotValid }  // [MQTT-3.1.3-8] of 3.1.1
            case .v5_0: break  // one is assigned [MQTT-3.1.3-6]
            }
        }
        let prefixes = rules.access.clientIdentifierPrefixes
        guard
            connect.clientIdentifier.isEmpty || prefixes.isEmpty
                || prefixes.contains(where: { connect.clientIdentifier.bytes.starts(with: $0.utf8) })
        else { return .notAuthorized }
        // Enhanced authentication needs a method that both sides know; this Server has none [MQTT-4.12.0-1].
        if connect.properties[string: .authenticationMethod] != nil { return .badAuthenticationMethod }
        if let will = connect.will {
            if will.qos > rules.maximumQoS { return .qosNotSupported }  // [MQTT-3.2.2-12]
            if will.retain, !configuration.retainAvailable { return .retainNotSupported }  // [MQTT-3.2.2-13]
            let levels =
                will.topic.bytes.span.topicLevelCount + rules.mountPoint.utf8.count { $0 == TopicCharacter.separator }
            if levels > limits.topicLevels || will.topic.count + rules.mountPoint.utf8.count > UTF8String.maximumLength
            {
                return .topicNameInvalid
            }
        }
        // Version 3 has no way to announce a longest Keep Alive.
        if !connect.version.hasProperties, configuration.maximumKeepAlive > 0,
            connect.keepAlive == 0 || connect.keepAlive > configuration.maximumKeepAlive
        {
            return .clientIdentifierNotValid
        }
        return nil
    }

    mutating func refuse(
        _ connection: ConnectionIndex,
        _ connect: Connect,
        _ reasonCode: ReasonCode,
        into effects: inout Effects
    ) {
        // [MQTT-3.2.2-6], [MQTT-3.2.2-7]: no session, and the connection is closed.
        send(.connack(Connack(sessionPresent: false, reasonCode: reasonCode)), to: connection, into: &effects)
        effects.events.append(
            .clientRefused(
                connection,
                clientIdentifier: connect.clientIdentifier,
                userName: connect.userName,
                reason: reasonCode
            )
        )
        connections[connection.value].phase = .ended
        effects.closing.append(connection)
    }

    /// A Client Identifier that nobody has [MQTT-3.1.3-7]. Peers are not asked: its 64 random bits are not theirs.
    private func assignClientIdentifier(_ rules: ListenerRules) -> UTF8String {
        while true {
            let digits = String(UInt64.random(in: .min ... .max), radix: 36, uppercase: true)
            let text = rules.assignedClientIdentifierPrefix + digits
            guard let identifier = UTF8String(text) else {
                preconditionFailure("the configured prefix of client identifiers is not valid UTF-8 for MQTT")
            }
            if sessionsByClient[identifier] == nil { return identifier }
        }
    }

    private func keepAlive(for connect: Connect) -> UInt16 {
        let maximum = configuration.maximumKeepAlive
        guard maximum > 0 else { return connect.keepAlive }
        return connect.keepAlive == 0 ? maximum : min(connect.keepAlive, maximum)
    }

    /// Ends whatever connection the Client had, and returns its session or a new one.
    private mutating func takeSession(
        _ clientIdentifier: UTF8String,
        _ connect: Connect,
        now: NIODeadline,
        into effects: inout Effects
    ) -> (session: SessionIndex, isPresent: Bool) {
        if let former = sessionsByClient[clientIdentifier], let other = sessions[former].connection {
            // [MQTT-3.1.4-3]
            sendDisconnect(.sessionTakenOver, to: other, into: &effects)
            endConnection(
                other,
                reason: .endedByServer(.sessionTakenOver),
                publishesWill: true,
                now: now,
                into: &effects
            )
        }
        // The session may have ended with that connection, or be about to end; a clean start ends it in any case
        // [MQTT-3.1.2-4].
        if let former = sessionsByClient[clientIdentifier],
            connect.cleanStart || sessions[former].expiry.map({ $0 <= now }) ?? false
        {
            endSession(former, now: now, into: &effects)
        }
        let receiveMaximum = min(
            UInt16(connect.properties[integer: .receiveMaximum] ?? UInt32(UInt16.max)),
            limits.inFlightMessages
        )
        let expiryInterval = self.expiryInterval(for: connect)
        if let session = sessionsByClient[clientIdentifier] {
            // [MQTT-3.1.2-5]: the session goes on; a will that waits is not published [MQTT-3.1.3-9].
            sessions[session].expiry = nil
            sessions[session].storage.isUnreadable = false
            sessions[session].delayedWill = nil
            sessions[session].expiryInterval = expiryInterval
            sessions[session].incoming.resume(receiveMaximum: limits.receiveMaximum)
            _ = sessions[session].outgoing.resume(receiveMaximum: receiveMaximum)
            return (attach(session, clientIdentifier), true)
        }
        var session = ServerSession(clientIdentifier: clientIdentifier, receiveMaximum: receiveMaximum)
        session.incoming.resume(receiveMaximum: limits.receiveMaximum)
        session.expiryInterval = expiryInterval
        let index = attach(sessions.insert(session), clientIdentifier)
        beginStoring(index)
        return (index, false)  // [MQTT-3.1.2-6]
    }

    private mutating func attach(_ session: SessionIndex, _ clientIdentifier: UTF8String) -> SessionIndex {
        sessionsByClient[clientIdentifier] = session
        return session
    }

    /// Whether the session that a CONNECT asks for needs no store, is there, or can be stored.
    private func mayBeStored(_ connect: Connect) -> Bool {
        let isResumed = !connect.cleanStart && sessionsByClient[connect.clientIdentifier] != nil
        return !isStoreFull || isResumed || expiryInterval(for: connect) == 0
    }

    private func expiryInterval(for connect: Connect) -> UInt32 {
        guard connect.version.hasProperties else {
            // Clean Session 0 is a session that lasts, 1 one that ends with the connection.
            return connect.cleanStart ? 0 : configuration.maximumSessionExpiryInterval ?? ServerSession.neverExpires
        }
        return allowedExpiryInterval(connect.properties[integer: .sessionExpiryInterval] ?? 0)
    }

    /// The interval that is granted where `interval` is asked for.
    func allowedExpiryInterval(_ interval: UInt32) -> UInt32 {
        min(interval, configuration.maximumSessionExpiryInterval ?? ServerSession.neverExpires)
    }

    private func connackProperties(
        for connect: Connect,
        _ rules: ListenerRules,
        clientIdentifier: UTF8String,
        isAssigned: Bool,
        keepAlive: UInt16
    ) -> Properties {
        var properties = Properties()
        let asked = connect.properties[integer: .sessionExpiryInterval] ?? 0
        let granted = allowedExpiryInterval(asked)
        if granted != asked { properties[integer: .sessionExpiryInterval] = granted }
        properties[integer: .receiveMaximum] = UInt32(limits.receiveMaximum)
        if rules.maximumQoS < .exactlyOnce {
            properties[integer: .maximumQoS] = UInt32(rules.maximumQoS.rawValue)  // [MQTT-3.2.2-9]
        }
        if !configuration.retainAvailable { properties[integer: .retainAvailable] = 0 }
        properties[integer: .maximumPacketSize] = UInt32(limits.packetSize)
        if isAssigned { properties[string: .assignedClientIdentifier] = clientIdentifier }  // [MQTT-3.2.2-16]
        properties[integer: .topicAliasMaximum] = UInt32(rules.topicAliasMaximum)
        if keepAlive != connect.keepAlive {
            properties[integer: .serverKeepAlive] = UInt32(keepAlive)  // [MQTT-3.1.2-21]
        }
        if connect.properties[integer: .requestResponseInformation] == 1,  // [MQTT-3.1.2-28]
            let prefix = configuration.responseInformationPrefix
        {
            properties[string: .responseInformation] = UTF8String(prefix + clientIdentifier.description)
        }
        return properties
    }
}
