import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What a running broker is asked to do from outside.
enum BrokerRequest: Sendable {
    case stop
    /// To read its configuration again, and to open its log files anew.
    case reload
    case reopenLogs
    /// To write down what it keeps.
    case checkpoint
    /// To print the subscriptions and the retained messages.
    case printTree
    /// A line that was typed to it.
    case line(String)
}

/// The requests of signals and of the console, in the order in which they came.
///
/// The first request to stop is one like the others; a second one ends the process at once.
final class BrokerRequests {
    /// What a shell reports for a process that SIGINT ended.
    private static let exitCodeOfInterrupt: Int32 = 130
    /// How many requests wait at most while one is being worked on; more than a person could type.
    private static let mostWaiting = 100

    let stream: AsyncStream<BrokerRequest>
    /// Adds a request, from any thread.
    let add: @Sendable (BrokerRequest) -> Void
    private let sources: [any DispatchSourceSignal]

    /// How often it was asked to stop.
    private final class Count: Sendable {
        let value = Atomic(0)
    }

    init() {
        let (stream, continuation) = AsyncStream.makeStream(
            of: BrokerRequest.self,
            bufferingPolicy: .bufferingOldest(Self.mostWaiting)
        )
        let stops = Count()
        let add: @Sendable (BrokerRequest) -> Void = { request in
            if case .stop = request, stops.value.add(1, ordering: .relaxed).oldValue > 0 {
                exit(Self.exitCodeOfInterrupt)
            }
            continuation.yield(request)
        }
        self.stream = stream
        self.add = add
        let queue = DispatchQueue(label: "signals")
        sources = Self.signals.map { number, request in
            // Without this the signal ends the process before the source sees it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { add(request) }
            source.activate()
            return source
        }
    }

    /// The signals that mosquitto takes too.
    private static var signals: [(Int32, BrokerRequest)] {
        var signals: [(Int32, BrokerRequest)] = [
            (SIGINT, .stop), (SIGTERM, .stop), (SIGHUP, .reload), (SIGUSR1, .checkpoint), (SIGUSR2, .printTree),
        ]
        #if canImport(Glibc)
        signals.append((__libc_current_sigrtmin(), .reopenLogs))
        #endif
        return signals
    }
}
