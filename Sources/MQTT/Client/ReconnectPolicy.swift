/// Whether and when a Client connects again after it has lost its Server.
///
/// The delay doubles with every attempt that fails, up to a maximum, and varies at random between half of it and all of
/// it, so that the Clients of a Server that restarts do not come back at the same moment.
public struct ReconnectPolicy: Sendable, Hashable {
    /// Which connections are tried again.
    public enum Scope: Sendable, Hashable {
        /// None: `connect` tries once, and a lost connection is the end.
        case never
        /// `connect` tries once; a connection that was accepted and then lost is made again.
        case afterFirstConnection
        /// Also the first: `connect` returns when the Server has come up.
        case always
    }

    /// Which connections are tried again.
    public var scope: Scope
    /// After how many failures in a row the Client gives up; `nil` for never.
    public var maximumAttempts: Int?
    /// The delay before the first new attempt.
    public var baseDelay: Duration
    /// The longest delay between two attempts.
    public var maximumDelay: Duration

    /// A policy with all its parts.
    public init(
        scope: Scope,
        maximumAttempts: Int? = nil,
        baseDelay: Duration = .milliseconds(250),
        maximumDelay: Duration = .seconds(30)
    ) {
        self.scope = scope
        self.maximumAttempts = maximumAttempts
        self.baseDelay = baseDelay
        self.maximumDelay = maximumDelay
    }

    /// No connection is tried again.
    public static let never = Self(scope: .never)
    /// A connection that was accepted and then lost is made again, without an end.
    public static let afterFirstConnection = Self(scope: .afterFirstConnection)
    /// Every connection is tried again, without an end.
    public static let always = Self(scope: .always)

    /// How long to wait before the attempt number `attempt`, counted from 1, since the last success; `nil` for ever.
    func delay(attempt: Int, hasBeenConnected: Bool, using generator: inout some RandomNumberGenerator) -> Duration? {
        switch scope {
        case .never: return nil
        case .afterFirstConnection: guard hasBeenConnected else { return nil }
        case .always: break
        }
        if let maximumAttempts, attempt > maximumAttempts { return nil }
        // Beyond 2^20 times the base delay the maximum is reached, whatever it is.
        let exponent = min(attempt - 1, 20)
        let full = min(baseDelay * (1 << exponent), maximumDelay)
        return full * Double.random(in: 0.5...1, using: &generator)
    }
}
