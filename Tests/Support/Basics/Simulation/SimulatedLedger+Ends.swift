import NIOCore

@testable import MQTT

/// How connections and sessions end.
extension SimulatedLedger {
    /// The connection of a link ends at the broker, in whatever way.
    mutating func connectionEnded(
        _ link: Int,
        publishesWill: Bool,
        now: NIODeadline
    ) throws(SimulatedViolation) {
        guard let session = sessionOfLink[link], sessions[session].link == link else { return }
        sessions[session].link = nil
        let expiryInterval = sessions[session].expiryInterval
        if publishesWill, let will = sessions[session].will {
            if will.delay > 0, expiryInterval > 0 {
                sessions[session].delayedWill = (will.message, now + .seconds(Int64(will.delay)))
            } else {
                try route(will.message, from: nil)
            }
        }
        sessions[session].will = nil
        guard expiryInterval > 0 else { return try endSession(of: sessions[session].client) }
        sessions[session].expiry = now + .seconds(Int64(expiryInterval))
    }

    /// The broker ended a connection because its client was silent; it may, where the client was.
    mutating func keepAliveEnded(_ link: Int, now: NIODeadline) throws(SimulatedViolation) {
        guard let session = sessionOfLink[link], sessions[session].link == link else { return }
        guard let deadline = silenceDeadline(session), deadline <= now else {
            throw SimulatedViolation(.keepAlive, "a client that spoke in time was let go of on link \(link)")
        }
        try connectionEnded(link, publishesWill: true, now: now)
    }

    /// When the broker is to let go of the client of a session if it says nothing until then.
    private func silenceDeadline(_ session: Int) -> NIODeadline? {
        guard sessions[session].keepAlive > 0 else { return nil }
        return sessions[session].lastReceived + .milliseconds(1_500 * Int64(sessions[session].keepAlive))
    }

    /// No client is kept that has been silent for too long.
    func checkKeepAlive(now: NIODeadline) throws(SimulatedViolation) {
        for (client, session) in currentSession where sessions[session].link != nil {
            if let deadline = silenceDeadline(session), deadline < now {
                throw SimulatedViolation(.keepAlive, "client \(client) is silent and is not let go of")
            }
        }
    }

    mutating func endSession(of client: Int) throws(SimulatedViolation) {
        guard let session = currentSession.removeValue(forKey: client) else { return }
        // What a group gave to this session is gone with it.
        for number in sharedDebts.keys where sharedDebts[number]?.candidates[session] != nil {
            sharedDebts[number]?.mayBeLost = true
        }
        if let will = sessions[session].delayedWill {
            sessions[session].delayedWill = nil
            try route(will.message, from: nil)
        }
    }

    /// When something is due next.
    var nextDeadline: NIODeadline? {
        currentSession.values.flatMap { session in
            [sessions[session].expiry, sessions[session].delayedWill?.deadline].compactMap { $0 }
        }.min()
    }

    /// Does what is due by `now`: delayed wills, and the ends of sessions.
    mutating func timeAdvanced(to now: NIODeadline) throws(SimulatedViolation) {
        while true {
            var next: (client: Int, deadline: NIODeadline)?
            for (client, session) in currentSession {
                let deadlines = [sessions[session].expiry, sessions[session].delayedWill?.deadline]
                for case .some(let deadline) in deadlines where deadline < next?.deadline ?? .distantFuture {
                    next = (client, deadline)
                }
            }
            guard let next, next.deadline <= now, let session = currentSession[next.client] else { return }
            if let expiry = sessions[session].expiry, expiry <= next.deadline {
                try endSession(of: next.client)
            } else if let will = sessions[session].delayedWill {
                sessions[session].delayedWill = nil
                try route(will.message, from: nil)
            }
        }
    }
}
