extension ServerSession {
    /// A message that this session is to get.
    ///
    /// It is kept for each receiver of each message, tens of thousands at once, so what few deliveries have lies elsewhere.
    struct Delivery: Sendable {
        /// Its content is let go of when only PUBREL and PUBCOMP are left.
        var message: StoredMessage?
        /// What few deliveries have; `nil` where this one has nothing of it.
        private var rarities: Rarities?
        let qos: QoS
        let retain: Bool
        /// Whether it was retained before the subscription was made: it does not count against the queue's limits.
        let isReplay: Bool

        init(
            message: StoredMessage?,
            qos: QoS,
            retain: Bool,
            isReplay: Bool,
            subscriptionIdentifiers: [UInt32],
            place: StoreBatch.Place = .none
        ) {
            self.message = message
            self.qos = qos
            self.retain = retain
            self.isReplay = isReplay
            if place.position > 0 || !subscriptionIdentifiers.isEmpty {
                rarities = Rarities(subscriptionIdentifiers, place)
            }
        }

        var subscriptionIdentifiers: [UInt32] { rarities?.subscriptionIdentifiers ?? [] }

        /// Where it is in the store.
        var place: StoreBatch.Place {
            get { rarities?.place ?? .none }
            set { rarities = Rarities(subscriptionIdentifiers, newValue) }
        }

        var size: Int { message?.size ?? 0 }
    }

    /// What a delivery has where there is a store, or where its subscription has an identifier. It is never changed.
    private final class Rarities: Sendable {
        let subscriptionIdentifiers: [UInt32]
        let place: StoreBatch.Place

        init(_ subscriptionIdentifiers: [UInt32], _ place: StoreBatch.Place) {
            self.subscriptionIdentifiers = subscriptionIdentifiers
            self.place = place
        }
    }
}
