import MQTT

/// The clients of a benchmark: they are connected, asked and disconnected a number at a time.
struct BenchCrowd: Sendable {
    /// The subscribers first, then the publishers, each in order; those alone that are to stay.
    private(set) var clients: [MQTTClient] = []
    /// How many could not be connected.
    private(set) var failedCount = 0
    /// Why the first of them could not.
    private(set) var failure: MQTTClientError?
    private let subscriberCount: Int

    var subscribers: ArraySlice<MQTTClient> { clients.prefix(subscriberCount) }
    var publishers: ArraySlice<MQTTClient> { clients.dropFirst(subscriberCount) }

    /// How many connections may fail before no more are tried.
    private static let mostFailures = 100
    /// How many clients are asked, or say farewell, at a time.
    private static let parallelism = 500

    private init(subscriberCount: Int) {
        self.subscriberCount = subscriberCount
    }

    // MARK: Connecting

    /// Connects all clients, so many at a time as the plan has it; where one fails the benchmark ends, except where
    /// connecting is what is measured.
    static func connect(
        _ plan: BenchPlan,
        _ configuration: MQTTClientConfiguration,
        _ lanes: [BenchLane],
        _ control: BenchControl
    ) async -> BenchCrowd {
        let seats = Seat.all(plan, configuration, lanes)
        let connecting = Task { await connect(seats, plan, control) }
        // A broker that does not answer is not waited for.
        control.whenStopping { connecting.cancel() }
        return await connecting.value
    }

    private static func connect(_ seats: [Seat], _ plan: BenchPlan, _ control: BenchControl) async -> BenchCrowd {
        var crowd = BenchCrowd(subscriberCount: plan.subscriberCount)
        var clients = [MQTTClient?](repeating: nil, count: seats.count)
        await inParallel(seats.count, atOnce: plan.parallelism) { index in
            control.isStopping ? nil : await seats[index].take(plan)
        } each: { index, outcome in
            do throws(MQTTClientError) {
                clients[index] = try outcome?.get()
            } catch {
                // What ends the benchmark ends the attempts as well, which tells nothing of the broker.
                guard !control.isStopping else { return }
                crowd.failedCount += 1
                if crowd.failure == nil { crowd.failure = error }
                let mayFail = plan.scenario == .connections && crowd.failedCount < mostFailures
                if !mayFail { control.stop(.failed(error)) }
            }
        }
        crowd.clients = clients.compactMap(\.self)
        return crowd
    }

    /// A client to be, with its place.
    private struct Seat: Sendable {
        let lane: BenchLane
        let configuration: MQTTClientConfiguration
        /// What it subscribes to, if it does.
        let filter: String?

        static func all(
            _ plan: BenchPlan,
            _ configuration: MQTTClientConfiguration,
            _ lanes: [BenchLane]
        ) -> [Seat] {
            func seats(_ count: Int, _ letter: Character, _ filter: (Int) -> String? = { _ in nil }) -> [Seat] {
                (0..<count).map { index in
                    var configuration = configuration
                    configuration.clientIdentifier += "-\(letter)\(index)"
                    return Seat(lane: lanes[index % lanes.count], configuration: configuration, filter: filter(index))
                }
            }
            return seats(plan.subscriberCount, "s") { plan.filter(ofSubscriber: $0) } + seats(plan.publisherCount, "p")
                + seats(plan.connectionCount, "c")
        }

        /// - Returns: the client, if it is to stay.
        func take(_ plan: BenchPlan) async -> Result<MQTTClient?, MQTTClientError> {
            do throws(MQTTClientError) {
                let client = try await lane.connect(configuration)
                if let filter, try await !lane.subscribe(client, to: filter) { return .success(client) }
                guard plan.scenario == .connections, plan.hold == nil else { return .success(client) }
                try await client.disconnect()
                return .success(nil)
            } catch {
                return .failure(error)
            }
        }
    }

    // MARK: Asking and leaving

    /// Asks each of them for a sign of life from the broker, and returns how many have got one.
    func ping() async -> Int {
        var count = 0
        await Self.inParallel(clients.count, atOnce: Self.parallelism) { index in
            (try? await clients[index].ping()) != nil
        } each: { _, isThere in
            if isThere { count += 1 }
        }
        return count
    }

    /// Says farewell for each of them; what has ended already stays so.
    func disconnect() async {
        await Self.inParallel(clients.count, atOnce: Self.parallelism) { index in
            try? await clients[index].disconnect()
        } each: { _, _ in
        }
    }

    /// Does something for each number below `count`, for so many at once at most, and hands over what came of it.
    private static func inParallel<Outcome: Sendable>(
        _ count: Int,
        atOnce limit: Int,
        _ body: @escaping @Sendable (Int) async -> Outcome,
        each: (Int, Outcome) -> Void
    ) async {
        await withTaskGroup(of: (Int, Outcome).self) { group in
            var next = 0
            while next < min(limit, count) {
                let index = next
                group.addTask { (index, await body(index)) }
                next += 1
            }
            for await (index, outcome) in group {
                each(index, outcome)
                guard next < count else { continue }
                let index = next
                group.addTask { (index, await body(index)) }
                next += 1
            }
        }
    }
}
