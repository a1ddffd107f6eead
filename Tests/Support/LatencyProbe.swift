import NIOCore

@testable import MQTT

/// A healthy pair of Clients that sends one message after the other while others abuse the broker, and notes how long
/// each takes from the one to the other.
final class LatencyProbe: Sendable {
    /// How long messages took, in nanoseconds, from the shortest to the longest.
    struct Report: Sendable, CustomStringConvertible {
        fileprivate(set) var latencies: [Int64]

        /// The latency that so many of a hundred messages do not exceed, in milliseconds.
        func percentile(_ percent: Int) -> Double {
            guard !latencies.isEmpty else { return 0 }
            return Double(latencies[min(latencies.count - 1, latencies.count * percent / 100)]) / 1e6
        }

        var description: String {
            "\(latencies.count) messages, p50 \(percentile(50)) ms, p99 \(percentile(99)) ms, most \(percentile(100)) ms"
        }
    }

    /// A message did not arrive, or was not acknowledged.
    struct Failure: Error {
        let number: Int
    }

    /// Runs `body`, and messages meanwhile, each of QoS 1 and acknowledged.
    static func run(
        port: Int,
        _ connect: (String) -> Connect = Connect.make,
        _ body: () async throws -> Void
    ) async throws
        -> Report
    {
        let packets = (connect("probe receiver"), connect("probe sender"))
        let isOver = Monitor(false)
        async let report = measure(port: port, packets.0, packets.1, isOver)
        do {
            try await body()
        } catch {
            isOver.update { $0 = true }
            _ = try await report
            throw error
        }
        isOver.update { $0 = true }
        return try await report
    }

    private static func measure(
        port: Int,
        _ receiver: Connect,
        _ sender: Connect,
        _ isOver: Monitor<Bool>
    ) async throws -> Report {
        let receiver = try await TestClient.connect(to: port, receiver)
        let sender = try await TestClient.connect(to: port, sender)
        try await receiver.subscribe("probe", .atLeastOnce)
        var latencies: [Int64] = []
        while !isOver.value || latencies.isEmpty {
            let start = NIODeadline.now()
            let number = latencies.count
            guard try await sender.publish("probe", "\(number)") == .success,
                try await receiver.message()?.payloadText == "\(number)"
            else { throw Failure(number: number) }
            latencies.append((NIODeadline.now() - start).nanoseconds)
        }
        return Report(latencies: latencies.sorted())
    }
}
