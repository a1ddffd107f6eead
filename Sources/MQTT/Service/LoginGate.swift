import NIOCore

/// Lets Clients in: has their passwords checked, and holds back the attempts of addresses that fail often.
///
/// There is one for all loops of a broker, so that an address gets no more attempts where there are more of them. It
/// belongs to the event loop of the first one; the questions of the others come and are answered by way of the event loops,
/// which takes microseconds, where a check takes milliseconds.
final class LoginGate {
    /// How many attempts may be held back at the same time; beyond that they are told that the server is busy.
    static let maximumHeldBackAttempts = 1_024

    private let eventLoop: any EventLoop
    private(set) var files: [PasswordFile?]
    private var brake: LoginBrake
    private var limits: LoginLimits
    /// Made when the first password is to be checked: most brokers have none, and it has threads.
    private var checker: PasswordChecker?
    private var heldBackCount = 0
    /// Whether nothing is answered any more.
    private var isStopped = false

    /// - Parameter files: The users of each listener, by its place in the broker's configuration.
    private init(files: [PasswordFile?], limits: LoginLimits, eventLoop: any EventLoop) {
        self.files = files
        self.limits = limits
        self.eventLoop = eventLoop
        brake = LoginBrake(limits: limits)
    }

    /// Makes the gate of a broker, and has all its loops ask there.
    static func open(
        for loops: BrokerLoops,
        files: [PasswordFile?],
        limits: LoginLimits
    ) async throws -> NIOLoopBound<LoginGate> {
        let first = loops.first
        let gate = try await first.eventLoop.submit {
            let gate = LoginGate(files: files, limits: limits, eventLoop: first.eventLoop)
            first.value.authenticate = { [unowned loop = first.value] request, peer in
                gate.check(request, from: peer) { [unowned loop] in loop.authenticated(request, $0) }
            }
            return NIOLoopBound(gate, eventLoop: first.eventLoop)
        }.get()
        for asker in loops.all.dropFirst() {
            try await asker.eventLoop.submit { asker.value.ask(gate) }.get()
        }
        return gate
    }

    /// Answers a question, sooner or later.
    fileprivate func check(
        _ request: AuthenticationRequest,
        from peer: SocketAddress?,
        answer: @escaping (AuthenticationResult) -> Void
    ) {
        guard !isStopped else { return }
        guard let peer, let delay = brake.delay(for: peer, now: .now()) else {
            return checkNow(request, from: peer, answer: answer)
        }
        guard heldBackCount < Self.maximumHeldBackAttempts else { return answer(.busy) }
        heldBackCount += 1
        eventLoop.assumeIsolated().scheduleTask(in: delay) {
            self.heldBackCount -= 1
            self.checkNow(request, from: peer, answer: answer)
        }
    }

    private func checkNow(
        _ request: AuthenticationRequest,
        from peer: SocketAddress?,
        answer: @escaping (AuthenticationResult) -> Void
    ) {
        guard !isStopped else { return }
        let checker = self.checker ?? PasswordChecker(files: files, eventLoop: eventLoop)
        self.checker = checker
        checker.check(request) { result in
            if let peer {
                switch result {
                case .accepted: self.brake.succeeded(peer, now: .now())
                case .badUserNameOrPassword: self.brake.failed(peer, now: .now())
                case .busy: break  // nothing was tried
                }
            }
            if !self.isStopped { answer(result) }
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

    /// Whether a Client that is connected may stay when `new` takes the place of the users of its listener, `old`: not
    /// where its user has gone or has another password.
    static func mayStay(_ userName: UTF8String, by new: PasswordFile?, insteadOf old: PasswordFile?) -> Bool {
        guard let new else { return true }
        // Where the listener had no users so far, the name was never checked.
        guard let old else { return false }
        return new.hasSamePassword(of: userName, as: old)
    }

    /// Ends its threads; only after that may the event loop be shut down.
    func stop() -> EventLoopFuture<Void> {
        isStopped = true
        return checker?.stop() ?? eventLoop.makeSucceededVoidFuture()
    }
}

extension BrokerLoop {
    /// Has passwords checked at a gate on another event loop.
    fileprivate func ask(_ gate: NIOLoopBound<LoginGate>) {
        authenticate = { [unowned self] request, peer in
            let asker = NIOLoopBound(self, eventLoop: eventLoop)
            gate.eventLoop.execute {
                gate.value.check(request, from: peer) { result in
                    asker.eventLoop.execute { asker.value.authenticated(request, result) }
                }
            }
        }
    }
}
