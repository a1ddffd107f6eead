/// How guessing of passwords is slowed down.
public struct LoginLimits: Sendable, Equatable {
    /// How many failures of one address within ``window`` are let pass; from then on its attempts wait. 0 for no brake.
    public var failures = 5
    /// For how many seconds a failure counts.
    public var window = 60
    /// How many seconds the first attempt beyond ``failures`` waits; each further one waits twice as long as the last.
    public var delay = 1
    /// How many seconds an attempt waits at most.
    public var longestDelay = 30

    /// The limits that the broker starts with.
    public init() {}
}
