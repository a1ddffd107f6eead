import ArgumentParser

/// A broker, a user and a topic in one word: `mqtt://user:password@host:port/topic`.
///
/// It is read as mosquitto's clients do: nothing in it is percent-encoded, so that every name is written as it is.
struct BrokerURL: ExpressibleByArgument, Equatable {
    /// Whether TLS is spoken.
    let isSecure: Bool
    /// Whether MQTT is spoken in a WebSocket.
    let isWebSocket: Bool
    let userName: String?
    let password: String?
    let host: String
    /// The digits, if there are any.
    let port: String?
    /// The topic to publish to, or the filter to subscribe to.
    let topic: String

    private static let schemes: [String: (isSecure: Bool, isWebSocket: Bool)] = [
        "mqtt": (false, false), "mqtts": (true, false), "ws": (false, true), "wss": (true, true),
    ]

    init?(argument: String) {
        guard let end = argument.firstRange(of: "://"),
            let scheme = Self.schemes[argument[..<end.lowerBound].lowercased()]
        else { return nil }
        let rest = argument[end.upperBound...]
        guard let slash = rest.firstIndex(of: "/") else { return nil }
        topic = String(rest[rest.index(after: slash)...])
        var place = rest[..<slash]
        var user: Substring?
        if let at = place.lastIndex(of: "@") {
            user = place[..<at]
            place = place[place.index(after: at)...]
        }
        let userParts = user?.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        userName = userParts.map { String($0[0]) }
        password = userParts.flatMap { $0.count > 1 ? String($0[1]) : nil }
        let colon = place.lastIndex(of: ":").flatMap { place[$0...].contains("]") ? nil : $0 }
        let name = place[..<(colon ?? place.endIndex)]
        host = String(name.hasPrefix("[") && name.hasSuffix("]") ? name.dropFirst().dropLast() : name)
        port = colon.map { String(place[place.index(after: $0)...]) }
        (isSecure, isWebSocket) = scheme
        guard !host.isEmpty, !topic.isEmpty else { return nil }
    }
}
