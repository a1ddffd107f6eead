import NIOCore

/// Lets Clients in: has their passwords checked, and holds back the attempts of addresses that fail often.
///
/// It belongs to the event loop of the `BrokerLoop`, whose questions it answers.
final class LoginGate {
    /// How many attempts may be held back at the same time; beyond that they are told that the server is busy.
    static let maximumHeldBackAttempts = 1_024

    private unowned let loop: BrokerLoop
    private var files: [PasswordFile?]
    private var brake: LoginBrake
    private var limits: LoginLimits
    /// Made when the first password is to be checked: most brokers have none, and it has threads.
    private var checker: PasswordChecker?
    private var heldBackCount = 0

    /// - Parameter files: The users of each listener, by its place in the broker's configuration.
    init(files: [PasswordFile?], limits: LoginLimits, loop: BrokerLoop) {
        self.files = files
        self.limits = limits
        self.loop = loop
        brake = LoginBrake(limits: limits)
    }

    /// Answers a question of the loop's, sooner or later.
    func check(_ request: AuthenticationRequest, from peer: SocketAddress?) {
        guard let peer, let delay = brake.delay(for: peer, now: .now()) else { return checkNow(request, from: peer) }
        guard heldBackCount < Self.maximumHeldBackAttempts else { return loop.authenticated(request, .busy) }
        heldBackCount += 1
        loop.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            self.heldBackCount -= 1
            self.checkNow(request, from: peer)
        }
    }

    private func checkNow(_ request: AuthenticationRequest, from peer: SocketAddress?) {
        let checker = self.checker ?? PasswordChecker(files: files, eventLoop: loop.eventLoop)
        self.checker = checker
        checker.check(request) { result in
            if let peer {
                switch result {
                case .accepted: self.brake.succeeded(peer, now: .now())
                case .badUserNameOrPassword: self.brake.failed(peer, now: .now())
                case .busy: break  // nothing was tried
                }
            }
            self.loop.authenticated(request, result)
        }
    }

    /// Takes the users of a configuration that has been read again.
    func replace(files: [PasswordFile?], limits: LoginLimits) {
        self.files = files
        checker?.replace(files: files)
        guard limits != self.limits else { return }
        self.limits = limits
        brake = LoginBrake(limits: limits)
    }

    /// Whether a Client that is connected may stay when `new` takes the place of the users of its listener: not where
    /// its user has gone or has another password.
    func mayStay(_ userName: UTF8String, at listener: Int, by new: PasswordFile?) -> Bool {
        guard let new else { return true }
        // Where the listener had no users so far, the name was never checked.
        guard files.indices.contains(listener), let old = files[listener] else { return false }
        return new.hasSamePassword(of: userName, as: old)
    }

    /// Ends its threads; only after that may the event loop be shut down.
    func stop() -> EventLoopFuture<Void> {
        checker?.stop() ?? loop.eventLoop.makeSucceededVoidFuture()
    }
}
