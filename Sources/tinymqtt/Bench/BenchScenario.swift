import ArgumentParser

/// Who publishes what to whom.
enum BenchScenario: String, CaseIterable, ExpressibleByArgument {
    case publish = "pub"
    case subscribe = "sub"
    case pairs
    case fanIn = "fan-in"
    case fanOut = "fan-out"
    case connections
    case latency

    /// How many publishers there are where nobody says.
    var defaultPublisherCount: Int {
        switch self {
        case .publish, .pairs, .fanIn: 10
        case .fanOut, .latency: 1
        case .subscribe, .connections: 0
        }
    }

    /// How many subscribers there are where nobody says.
    var defaultSubscriberCount: Int {
        switch self {
        case .subscribe, .pairs, .fanOut: 10
        case .fanIn, .latency: 1
        case .publish, .connections: 0
        }
    }

    /// Whether each publisher has a subscriber of its own.
    var isPaired: Bool {
        switch self {
        case .pairs, .latency: true
        case .publish, .subscribe, .fanIn, .fanOut, .connections: false
        }
    }

    /// Whether it publishes.
    var hasPublishers: Bool { defaultPublisherCount > 0 }

    /// Whether it knows of every message that is to arrive.
    var hasDeliveries: Bool { hasPublishers && defaultSubscriberCount > 0 }

    /// Whether messages leave when they are due, whatever has arrived.
    var isOpenLoop: Bool { self == .latency }
}
