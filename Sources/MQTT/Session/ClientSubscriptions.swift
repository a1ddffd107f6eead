/// The subscriptions that a Client has made, to make them again where the Server has lost the session.
struct ClientSubscriptions {
    private struct Entry {
        var options: SubscriptionOptions
        /// The Subscription Identifier and the User Properties that it was made with.
        var properties: Properties
    }

    private var entries: [UTF8String: Entry] = [:]
    /// The Topic Filters in the order in which they were subscribed to.
    private var order: [UTF8String] = []

    /// SUBACK has come.
    mutating func subscribed(_ request: SubscribeRequest, _ reasonCodes: [ReasonCode]) {
        for (subscription, reasonCode) in zip(request.subscriptions, reasonCodes) where !reasonCode.isFailure {
            let entry = Entry(options: subscription.options, properties: request.properties)
            if entries.updateValue(entry, forKey: subscription.topicFilter) == nil {
                order.append(subscription.topicFilter)
            }
        }
    }

    /// UNSUBSCRIBE was asked for.
    mutating func unsubscribed(_ topicFilters: [UTF8String]) {
        let removed = topicFilters.filter { entries.removeValue(forKey: $0) != nil }
        guard !removed.isEmpty else { return }
        order.removeAll { entries[$0] == nil }
    }

    /// The requests that make all subscriptions again, in their order; those that share their properties share a packet.
    func requests(filtersInSubscribe: Int) -> [SubscribeRequest] {
        var requests: [SubscribeRequest] = []
        for filter in order {
            guard let entry = entries[filter] else { continue }
            let subscription = Subscribe.Subscription(topicFilter: filter, options: entry.options)
            if let last = requests.last, last.properties == entry.properties,
                last.subscriptions.count < filtersInSubscribe
            {
                requests[requests.count - 1].subscriptions.append(subscription)
            } else {
                requests.append(
                    SubscribeRequest(request: .none, subscriptions: [subscription], properties: entry.properties)
                )
            }
        }
        return requests
    }
}
