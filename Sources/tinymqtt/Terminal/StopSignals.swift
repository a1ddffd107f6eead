import Dispatch

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

    private let signals: AsyncStream<Int32>
    private let sources: [any DispatchSourceSignal]

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingOldest(1))
        signals = stream
        let queue = DispatchQueue(label: "signals")
        sources = [SIGINT, SIGTERM].map { number in
            // Without this the signal ends the process before the source sees it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                if case .dropped = continuation.yield(number) { exit(Self.exitCodeOfInterrupt) }
                if case .terminated = continuation.yield(number) { exit(Self.exitCodeOfInterrupt) }
            }
            source.activate()
            return source
        }
    }

    /// Returns when the first signal arrives.
    func wait() async {
        for await _ in signals {
            return
        }
    }
}
