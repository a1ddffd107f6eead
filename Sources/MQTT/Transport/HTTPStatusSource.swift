import NIOCore

/// What the broker tells about itself by HTTP.
struct HTTPStatusSource: Sendable {
    /// The version of this program.
    let version: String
    /// Where the broker listens.
    let listeners: [ListenerSettings]
    /// What the broker has counted, as the topics below `$SYS` have it. Asked on the broker's first event loop, where
    /// all connections of this kind are.
    let systemTopics: @Sendable () -> [(topic: String, value: String)]
    /// How many connections ask at the moment.
    let connectionCount: NIOLoopBoundBox<Int>

    /// The answer to a request; `nil` where there is none of that path.
    func report(for path: some StringProtocol) -> (contentType: String, body: String)? {
        let json = "application/json"
        return switch path {
        case "/health": ("text/plain; charset=utf-8", "ok\n")
        case "/api/v1/version": (json, JSONText.object([("version", JSONText.string(version))]) + "\n")
        case "/api/v1/listeners": (json, JSONText.object([("listeners", JSONText.array(listeners.map(\.json)))]) + "\n")
        case "/api/v1/systree":
            (json, JSONText.object(systemTopics().map { ($0.topic, JSONText.value($0.value)) }) + "\n")
        case "/metrics": ("text/plain; version=0.0.4; charset=utf-8", metrics)
        default: nil
        }
    }

    /// All that is a number, in the text format of Prometheus.
    private var metrics: String {
        systemTopics().map { topic, value in
            // The time since the start has its unit behind it.
            guard let number = value.split(separator: " ").first, Double(number) != nil else { return "" }
            let name = "tinymqtt_" + topic.trimmingPrefix("$SYS/broker/").map(Self.nameCharacter)
            return "# TYPE \(name) gauge\n\(name) \(number)\n"
        }.joined()
    }

    private static func nameCharacter(_ character: Character) -> Character {
        character.isASCII && (character.isLetter || character.isNumber) ? character : "_"
    }
}

extension ListenerSettings {
    /// What is told about the listener.
    var json: String {
        let place: [(String, String)] =
            switch address {
            case .tcp(let host, let port):
                [("address", host.map(JSONText.string) ?? "null"), ("port", "\(port)")]
            case .unix(let path): [("path", JSONText.string(path))]
            }
        let spoken =
            switch exchange {
            case .mqtt: "mqtt"
            case .webSocket: "websockets"
            case .status: "http_api"
            }
        return JSONText.object(place + [("protocol", JSONText.string(spoken)), ("tls", tls == nil ? "false" : "true")])
    }
}
