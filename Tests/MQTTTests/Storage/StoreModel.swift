import NIOCore

@testable import MQTT
@testable import Support

/// What a store must hold, in plain dictionaries, and a broker that changes it at random.
struct StoreModel {
    /// A session with all that belongs to it.
    struct Session {
        var session: StoredSession
        var subscriptions: [TopicFilter: StoredSubscription] = [:]
        var unreleased: Set<UInt16> = []
        var deliveries: [UInt64: DeliveryValue] = [:]
        fileprivate var places: [UInt64: StoreBatch.Place] = [:]
        fileprivate var lastPosition: UInt64 = 0
    }

    private(set) var sessions: [UInt64: Session] = [:]
    private(set) var retained: [UTF8String: RetainedValue] = [:]
    private var lastSession: UInt64 = 0
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// A batch of changes, which the model has made as well.
    mutating func next(_ number: UInt64) -> StoreBatch {
        var batch = StoreBatch(number: number)
        for _ in 0..<Int.random(in: 1...40, using: &generator) {
            switch Int.random(in: 0..<20, using: &generator) {
            case 0: begin(&batch)
            case 1: if generator.oneIn(3) { end(&batch) }
            case 2: keep(&batch)
            case 3, 4: subscribe(&batch)
            case 5, 6: receive(&batch)
            case 7, 8: retain(&batch)
            case 9...14: deliver(&batch)
            case 15, 16: release(&batch)
            default: endDelivery(&batch)
            }
        }
        return batch
    }

    private mutating func someSession() -> UInt64? {
        sessions.keys.sorted().randomElement(using: &generator)
    }

    private mutating func begin(_ batch: inout StoreBatch) {
        // A name is used again when its session has ended.
        let name = UTF8String.text("c\(Int.random(in: 0..<8, using: &generator))")
        guard !sessions.values.contains(where: { $0.session.clientIdentifier == name }) else { return }
        lastSession += 1
        let session = StoredSession(number: lastSession, clientIdentifier: name)
        sessions[lastSession] = Session(session: session)
        batch.keep(session)
    }

    private mutating func end(_ batch: inout StoreBatch) {
        guard let number = someSession() else { return }
        sessions[number] = nil
        batch.endSession(number)
    }

    private mutating func keep(_ batch: inout StoreBatch) {
        guard let number = someSession() else { return }
        let isConnected = Bool.random(using: &generator)
        sessions[number]?.session.isConnected = isConnected
        sessions[number]?.session.expiry = isConnected ? nil : StoreHarness.moment.process + .seconds(9)
        if let session = sessions[number]?.session { batch.keep(session) }
    }

    private mutating func subscribe(_ batch: inout StoreBatch) {
        guard let number = someSession() else { return }
        let name = generator.pick(["a", "a/#", "$share/g/a", "$share/h/a", "+"])
        guard let filter = TopicFilter(.text(name)) else { return }
        guard !generator.oneIn(3) else {
            sessions[number]?.subscriptions[filter] = nil
            return batch.subscribe(number, to: filter, nil)
        }
        let subscription = StoredSubscription(
            filter: filter,
            options: SubscriptionOptions(maximumQoS: generator.pick(QoS.allCases)),
            identifier: UInt32.random(in: 0...3, using: &generator)
        )
        sessions[number]?.subscriptions[filter] = subscription
        batch.subscribe(number, to: filter, subscription)
    }

    private mutating func receive(_ batch: inout StoreBatch) {
        guard let number = someSession() else { return }
        let identifier = UInt16.random(in: 1...10, using: &generator)
        let isUnreleased = Bool.random(using: &generator)
        if isUnreleased {
            sessions[number]?.unreleased.insert(identifier)
        } else {
            sessions[number]?.unreleased.remove(identifier)
        }
        batch.setUnreleased(identifier, of: number, isUnreleased)
    }

    private mutating func message(_ topic: String) -> StoredMessage {
        let sizes = [0, 1, 100, DeliveryWriter.inlineSizeLimit - 1, DeliveryWriter.inlineSizeLimit, 6_000]
        let bytes = (0..<generator.pick(sizes)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return .test(topic, payload: bytes, qos: generator.pick(QoS.allCases))
    }

    private mutating func retain(_ batch: inout StoreBatch) {
        let topic = generator.pick(["a", "b", "c/d"])
        guard !generator.oneIn(3) else {
            retained[.text(topic)] = nil
            return batch.removeRetained(.text(topic))
        }
        let message = StoredRetainedMessage(message: message(topic), sourceListener: 1)
        retained[.text(topic)] = RetainedValue(message)
        batch.retain(message)
    }

    private mutating func deliver(_ batch: inout StoreBatch) {
        let message = message("t")
        let content = batch.add(message)
        for number in sessions.keys.sorted().shuffled(using: &generator).prefix(
            Int.random(in: 1...4, using: &generator)
        ) {
            // Gaps, as messages of QoS 0 leave them.
            let position = (sessions[number]?.lastPosition ?? 0) + UInt64.random(in: 1...3, using: &generator)
            let qos = generator.pick(QoS.allCases)
            let isSent = Bool.random(using: &generator)
            let value = DeliveryValue(
                position: position,
                stage: isSent ? .sent : .owed,
                content: ContentValue(message),
                qos: qos
            )
            sessions[number]?.lastPosition = position
            sessions[number]?.deliveries[position] = value
            sessions[number]?.places[position] = batch.deliver(
                content,
                to: number,
                at: position,
                qos: qos,
                retain: false,
                isSent: isSent,
                subscriptionIdentifiers: []
            )
        }
    }

    private mutating func someDelivery() -> (session: UInt64, position: UInt64, place: StoreBatch.Place)? {
        guard let number = someSession(), let places = sessions[number]?.places,
            let position = places.keys.sorted().randomElement(using: &generator), let place = places[position]
        else { return nil }
        return (number, position, place)
    }

    private mutating func release(_ batch: inout StoreBatch) {
        guard let (number, position, place) = someDelivery() else { return }
        sessions[number]?.deliveries[position]?.stage = .released
        sessions[number]?.deliveries[position]?.content = nil
        batch.release(place, of: number)
    }

    private mutating func endDelivery(_ batch: inout StoreBatch) {
        guard let (number, position, place) = someDelivery() else { return }
        sessions[number]?.deliveries[position] = nil
        sessions[number]?.places[position] = nil
        batch.end(place, of: number)
    }
}
