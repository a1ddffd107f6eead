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
    private let requests: AsyncStream<Int32>
    private let sources: [any DispatchSourceSignal]

    /// How often it was asked.
    private final class Count: Sendable {
        let value = Atomic(0)
    }

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        let count = Count()
        requests = stream
        let queue = DispatchQueue(label: "signals")
        sources = [SIGINT, SIGTERM].map { number in
            #if !os(Linux)
            // Without this the signal ends the process before the source sees it. On Linux the source takes its place,
            // and a signal that comes before it is there would be lost.
            signal(number, SIG_IGN)
            #endif
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                guard count.value.add(1, ordering: .relaxed).oldValue == 0 else { exit(Self.exitCode(of: number)) }
                continuation.yield(number)
            }
            source.activate()
            return source
        }
    }

    /// What a shell reports for a process that a signal ended.
    static func exitCode(of number: Int32) -> Int32 { 128 + number }

    /// Returns at the first request to stop; later calls wait until the task is cancelled. A second signal counts only
    /// while this object lives: whoever has waited keeps it until the process is about to end.
    ///
    /// - Returns: the number of the signal, `nil` where the task was cancelled.
    @discardableResult
    func wait() async -> Int32? {
        for await number in requests {
            return number
        }
        return nil
    }
}
