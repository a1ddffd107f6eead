import NIOCore

/// What Clients may do, beyond what the protocol allows.
extension Broker {
    /// Topics that Clients do not publish to, whatever an access control list says.
    private enum Reserved {
        static let system = Array("$SYS/".utf8)
        static let shared = Array("$share/".utf8)
        static let control = Array("$CONTROL/".utf8)
        /// What bridges tell of themselves.
        static let bridgeState = Array("$SYS/broker/connection/+/state".utf8)
    }

    /// Why a message is not passed on that is well formed; `nil` where it is.
    mutating func reasonToRefuse(
        _ publish: Publish,
        from connection: ConnectionIndex,
        into effects: inout Effects
    ) -> ReasonCode? {
        let session = connections[connection.value].session
        if publish.topic[0] == TopicCharacter.dollar || sessions[session].access != nil,
            let rule = ruleAgainstPublishing(to: publish.topic, by: sessions[session].access)
        {
            noteDenied(.publish, publish.topic, rule, session: session, into: &effects)
            return .notAuthorized
        }
        if effects.controlRequests.count >= ControlRequest.mostWaiting, ControlRequest.isTopic(publish.topic) {
            return .quotaExceeded
        }
        if publish.sizes.payload > limits.payloadSize {
            statistics.publishDroppedCount += 1
            effects.events.append(
                .payloadTooLarge(
                    clientIdentifier: sessions[session].clientIdentifier,
                    byteCount: publish.sizes.payload
                )
            )
            return .implementationSpecificError
        }
        return nil
    }

    /// The rule by which nobody, or not the Client whose `access` it is, may publish to a topic; `nil` where it may.
    func ruleAgainstPublishing(to topic: Span<UInt8>, by access: AccessProfile?) -> String? {
        if topic[0] == TopicCharacter.dollar {
            if topic.starts(with: Reserved.system.span),
                !topicMatches(name: topic, filter: Reserved.bridgeState.span)
            {
                return "only the broker publishes below $SYS"
            }
            if topic.starts(with: Reserved.shared.span) { return "$share is for subscriptions only" }
            if topic.starts(with: Reserved.control.span), let rule = ruleAgainstControl(topic, by: access) {
                return rule
            }
        }
        guard let access else { return nil }
        return access.rule(against: .publish, topic)
    }

    /// The rule by which a topic below `$CONTROL` is closed, before any list is asked; `nil` where it is not.
    private func ruleAgainstControl(_ topic: Span<UInt8>, by access: AccessProfile?) -> String? {
        guard configuration.answersControl else { return "$CONTROL is not open" }
        guard ControlRequest.isTopic(topic) else { return "only \(ControlRequest.topic) answers below $CONTROL" }
        // What everybody may do without a list does not include this.
        return access == nil ? "without an access control file $CONTROL is not open" : nil
    }

    mutating func noteDenied(
        _ action: AccessDenial.Action,
        _ topic: Span<UInt8>,
        _ rule: String,
        session: SessionIndex,
        into effects: inout Effects
    ) {
        if action != .subscribe { statistics.publishDroppedCount += 1 }
        effects.events.append(
            .denied(
                AccessDenial(
                    action: action,
                    connection: sessions[session].connection,
                    clientIdentifier: sessions[session].clientIdentifier,
                    userName: sessions[session].userName,
                    topic: UTF8String(unchecked: [UInt8](copying: topic)),
                    rule: rule
                )
            )
        )
    }

    // MARK: Rates

    /// Notes how fast messages come.
    mutating func measure(_ publish: Publish, from connection: ConnectionIndex, now: NIODeadline) {
        let sizes = publish.sizes
        let byteCount = sizes.topic + sizes.properties + sizes.payload
        connections[connection.value].publishMeter.take(
            byteCount: byteCount,
            messageRate: limits.publishRate,
            byteRate: limits.publishByteRate,
            now: now
        )
        publishMeter.take(
            byteCount: byteCount,
            messageRate: limits.publishRateInAll,
            byteRate: limits.publishByteRateInAll,
            now: now
        )
    }

    /// For how long a publisher is not to be read from because it, or all of them together, publish faster than they
    /// may; `nil` where it may go on.
    func pause(of connection: ConnectionIndex) -> TimeAmount? {
        guard limits.hasPublishRate else { return nil }
        let own = connections[connection.value].publishMeter.pause(
            messageRate: limits.publishRate,
            byteRate: limits.publishByteRate
        )
        let all = publishMeter.pause(messageRate: limits.publishRateInAll, byteRate: limits.publishByteRateInAll)
        guard let own, let all else { return own ?? all }
        return max(own, all)
    }
}

extension AccessProfile {
    /// The rule that forbids this, in words; `nil` where it is allowed.
    func rule(against action: Action, _ topic: Span<UInt8>) -> String? {
        switch decision(action, topic) {
        case .allowed: nil
        case .denied(let line?):
            "line \(line) of the access control file" + (ruleText(line: line).map { ": \($0)" } ?? "")
        case .denied(nil): "no rule of the access control file allows it"
        }
    }

    /// Whether the Client may receive from a topic.
    func mayReceive(_ topic: Span<UInt8>) -> Bool {
        decision(.receive, topic) == .allowed
    }
}
