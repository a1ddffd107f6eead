import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// SIGINT and SIGTERM as something to wait for: the first one asks to stop, a second one ends the process at once.
final class StopSignals {
    /// What a shell reports for a process that SIGINT ended.
    private static let exitCodeOfInterrupt: Int32 = 130

    /// Asks to stop as a signal would; a second time ends the process at once.
    let request: @Sendable () -> Void

    private let requests: AsyncStream<Void>
    private let sources: [any DispatchSourceSignal]

    /// How often it was asked.
    private final class Count: Sendable {
        let value = Atomic(0)
    }

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let count = Count()
        let request: @Sendable () -> Void = {
            guard count.value.add(1, ordering: .relaxed).oldValue == 0 else { exit(Self.exitCodeOfInterrupt) }
            continuation.yield()
        }
        requests = stream
        self.request = request
        let queue = DispatchQueue(label: "signals")
        sources = [SIGINT, SIGTERM].map { number in
            // Without this the signal ends the process before the source sees it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { request() }
            source.activate()
            return source
        }
    }

    /// Returns at the first request to stop.
    func wait() async {
        for await _ in requests {
            return
        }
    }
}
