import NIOCore

/// The packets that come in great numbers, without a `ControlPacket` for each: PUBLISH, and its acknowledgements in their
/// short form, those of one type that were received together in one go.
extension Broker {
    /// Works on the packets that come next, as far as they are of these kinds.
    ///
    /// - Returns: Whether there was a PUBLISH among them.
    mutating func receivedMany(
        _ decoder: inout PacketDecoder,
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) throws(MalformedPacket) -> Bool {
        var hasPublish = false
        var identifiers: [UInt16] = []
        swap(&identifiers, &spareIdentifiers)
        defer { swap(&identifiers, &spareIdentifiers) }
        var hasMore = true
        while hasMore {
            hasMore = false
            while connections[connection.value].phase == .connected, let publish = try decoder.nextPublish() {
                statistics.noteReceived(.publish)
                connections[connection.value].lastReceived = now
                hasPublish = true
                try publishReceived(publish, from: connection, now: now, into: &effects)
            }
            while connections[connection.value].phase == .connected,
                let type = decoder.nextAcknowledgements(into: &identifiers)
            {
                statistics.noteReceived(type, count: identifiers.count)
                connections[connection.value].lastReceived = now
                acknowledgementsReceived(type, identifiers, from: connection, now: now, into: &effects)
                hasMore = true
            }
        }
        return hasPublish
    }

    /// Acknowledgements of one type were received, none of which tells of a failure.
    private mutating func acknowledgementsReceived(
        _ type: ControlPacketType,
        _ identifiers: [UInt16],
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        let session = connections[connection.value].session
        switch type {
        case .puback:
            sessions[session].pubacksReceived(identifiers, into: &effects.batch)
            sendQueued(session, now: now, into: &effects)
        case .pubcomp:
            sessions[session].pubcompsReceived(identifiers, into: &effects.batch)
            sendQueued(session, now: now, into: &effects)
        case .pubrec:
            for identifier in identifiers {
                pubrecReceived(identifier, from: connection, into: &effects)
            }
        case .pubrel:
            for identifier in identifiers {
                pubrelReceived(identifier, from: connection, into: &effects)
            }
        case .connect, .connack, .publish, .subscribe, .suback, .unsubscribe, .unsuback, .pingreq, .pingresp,
            .disconnect, .auth:
            preconditionFailure("\(type) is no acknowledgement")
        }
    }
}
