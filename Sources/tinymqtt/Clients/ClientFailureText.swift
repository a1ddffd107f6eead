import MQTT

/// What a subcommand says when its client has failed: what, why, and what to try next; and its exit code.
struct ClientFailureText {
    /// What failed, and why.
    let cause: String
    /// What to try next; possibly empty.
    private let advice: String
    let status: Int32

    /// All of it in one line.
    var text: String { advice.isEmpty ? cause : "\(cause); \(advice)" }

    /// - Parameters:
    ///   - error: What the client said.
    ///   - address: Where the broker was looked for.
    init(_ error: MQTTClientError, address: ServerAddress) {
        let detail = error.text.isEmpty ? "" : ": \(error.text)"
        let reason = error.reasonCode ?? .unspecifiedError
        let outcome: (cause: String, advice: String, status: ExitStatus?)
        switch error.code {
        case .connectionRefused:
            outcome = ("connection to \(address) refused", Self.advice(for: address), .connectionFailed)
        case .connectionFailed:
            outcome = (
                "no connection to \(address)\(detail)", "check --host, --port and the network", .connectionFailed
            )
        case .tlsFailed:
            outcome = ("no TLS with \(address)\(detail)", "", .tlsFailed)
        case .proxyFailed:
            outcome = ("no connection to \(address)\(detail)", "check --proxy", .proxyFailed)
        case .webSocketRefused:
            outcome = ("no WebSocket to \(address)\(detail)", "", .connectionFailed)
        case .hostNotFound:
            outcome = (Self.cause(ofUnknown: address, detail), "check how --host is spelled", .hostNotFound)
        case .timedOut:
            outcome = (
                "no answer from \(address)\(detail)",
                "check that an MQTT broker listens there, or give it more time with --connect-timeout", .timedOut
            )
        case .refusedByServer:
            outcome = ("\(address) refused the connection: \(reason)\(detail)", Self.advice(for: reason), nil)
        case .disconnectedByServer:
            outcome = ("\(address) ended the connection: \(reason)\(detail)", Self.advice(for: reason), nil)
        case .notSupportedByServer:
            outcome = ("\(address) does not take this: \(reason)\(detail)", "", nil)
        case .protocolError:
            outcome = ("\(address) broke the protocol\(detail)", "does an MQTT broker listen there?", .protocolError)
        case .invalidArgument:
            outcome = (error.text, "", .usage)
        case .connectionLost:
            let advice = "does an MQTT broker listen there, and is the client allowed?"
            outcome = ("connection to \(address) lost\(detail)", advice, .connectionLost)
        default:
            outcome = ("connection to \(address) is over: \(error)", "", .connectionLost)
        }
        cause = outcome.cause
        advice = outcome.advice
        status =
            outcome.status?.rawValue ?? (reason.isFailure ? Int32(reason.rawValue) : ExitStatus.connectionLost.rawValue)
    }

    /// Which name nobody knows.
    private static func cause(ofUnknown address: ServerAddress, _ detail: String) -> String {
        switch address {
        case .host, .unix: "the host of \(address) is not known"
        case .service(let domain): "the servers of \(domain) are not known\(detail)"
        }
    }

    private static func advice(for address: ServerAddress) -> String {
        guard case .host(let name, let port) = address else { return "is a broker running there?" }
        guard ["localhost", "127.0.0.1", "::1"].contains(name) else {
            return "is a broker running there, and does it listen on this port?"
        }
        let option = port == 1_883 ? "" : " --port \(port)"
        return "is a broker running? start one with: tinymqtt broker\(option)"
    }

    private static func advice(for reason: ReasonCode) -> String {
        switch reason {
        case .badUserNameOrPassword, .notAuthorized: "check --username and --pw"
        case .clientIdentifierNotValid: "choose another --id"
        case .unsupportedProtocolVersion: "choose another --protocol-version"
        case .sessionTakenOver: "another client uses the same --id"
        default: ""
        }
    }
}
