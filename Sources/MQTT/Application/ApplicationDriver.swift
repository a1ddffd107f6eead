import NIOCore

/// An application protocol as a value: facts and the time go in, orders come out.
protocol ApplicationMachine: Sendable {
    associatedtype Order: ApplicationOrder

    /// The Client has been connected, for the first time or again, and its subscriptions are made.
    mutating func connected(now: Moment, into orders: inout [Order])
    /// The Client has lost its connection; it tries to make it again.
    mutating func disconnected(now: Moment, into orders: inout [Order])
    mutating func received(_ message: IncomingMessage, now: Moment, into orders: inout [Order])
    /// To be called every now and then, so that what waits for a time goes on.
    mutating func timeAdvanced(now: Moment, into orders: inout [Order])
}

/// What a state machine wants done.
protocol ApplicationOrder: Sendable {
    /// What is to be published; `nil` for an order that somebody else carries out.
    var message: Message? { get }
}

/// Joins a state machine with a Client: what the Client receives goes into the one, what the machine orders is done.
///
/// All facts pass through here one by one, and none is taken before the orders of the one before it are done. Where the
/// network is slow, that holds up the Client, which then reads no more.
actor ApplicationDriver<Machine: ApplicationMachine> {
    private var machine: Machine
    private let client: MQTTClient
    /// Carries out what is not published.
    private let perform: @Sendable (Machine.Order) async -> Void
    /// Whether the application has begun; what the connection does before that is no matter of the machine.
    private var hasStarted = false
    /// Whether the machine knows of a connection that has not ended, as far as the Client has told. What the Client tells
    /// comes later than it happens: that it is connected may come when the application has begun with that connection.
    private var isConnected = false
    /// Whether a fact is being worked on, and who waits for its turn meanwhile. They are few: one for each source of
    /// facts.
    private var isBusy = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    /// How many messages are taken from the Client at once.
    private static var batchSize: Int { 100 }
    /// How exactly the machine's times are kept.
    private static var tick: Duration { .milliseconds(100) }

    init(_ machine: Machine, client: MQTTClient, perform: @escaping @Sendable (Machine.Order) async -> Void) {
        self.machine = machine
        self.client = client
        self.perform = perform
    }

    /// Begins, once the Client is connected and subscribed, and goes on until the Client is disconnected on purpose.
    ///
    /// - Throws: why the Client is disconnected for good, where it was not asked to.
    func run() async throws(MQTTClientError) {
        hasStarted = true
        isConnected = true
        try await update { $0.connected(now: $1, into: &$2) }
        let clock = Task {
            // Cancelling ends the sleep; the loss of the Client for good is told by its messages.
            while (try? await Task.sleep(for: Self.tick)) != nil {
                try? await update { $0.timeAdvanced(now: $1, into: &$2) }
            }
        }
        defer { clock.cancel() }
        while let batch = try await client.messages.next(atMost: Self.batchSize) {
            for message in batch {
                try await update { $0.received(IncomingMessage(message), now: $1, into: &$2) }
            }
        }
    }

    /// Takes an event of the Client.
    func handle(_ event: ClientEvent) async {
        guard hasStarted else { return }
        // What fails here is told to `run`, which waits for messages of the same Client.
        switch event {
        case .connected:
            guard !isConnected else { return }
            isConnected = true
            try? await update { $0.connected(now: $1, into: &$2) }
        case .disconnected:
            isConnected = false
            try? await update { $0.disconnected(now: $1, into: &$2) }
        case .reconnecting, .subscriptionLost: break
        }
    }

    /// Changes the machine, and carries out what it orders.
    func update(
        _ body: sending (inout Machine, Moment, inout [Machine.Order]) -> Void
    ) async throws(MQTTClientError) {
        while isBusy {
            await withCheckedContinuation { waiters.append($0) }
        }
        isBusy = true
        defer {
            isBusy = false
            if !waiters.isEmpty { waiters.removeFirst().resume() }
        }
        var orders: [Machine.Order] = []
        body(&machine, .current, &orders)
        for order in orders {
            if let message = order.message {
                try await client.send(message)
            } else {
                await perform(order)
            }
        }
    }

    /// Looks at the machine.
    func read<Result: Sendable>(_ body: sending (Machine) -> Result) -> Result { body(machine) }
}

extension MQTTClient {
    /// Subscribes to all of them.
    ///
    /// - Throws: an error with the Server's reason code where it refuses one.
    func subscribeAll(_ topicFilters: [String], maximumQoS: QoS) async throws(MQTTClientError) {
        let result = try await subscribe(topicFilters.map { Subscription($0, maximumQoS: maximumQoS) })
        guard let refused = result.outcomes.first(where: \.isFailure) else { return }
        throw MQTTClientError(
            .notSupportedByServer,
            reasonCode: refused.reasonCode,
            text: "no subscription to \(refused.topicFilter)"
        )
    }
}
