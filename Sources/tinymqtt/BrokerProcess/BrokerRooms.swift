import Logging
import MQTT

/// A room server in the broker's process. It is a client like any other, but comes in without a listener, so that it
/// works whoever may connect to the broker.
struct BrokerRooms {
    private let work: Task<Void, Never>

    /// Starts it.
    ///
    /// - Throws: what is wrong with the client, which is a mistake of this program.
    init(_ server: MQTTServer, logger: Logger) throws(ProcessFailure) {
        let first = try Self.makeClient(server)
        work = Task {
            var client = first
            var pause = Self.shortestPause
            while true {
                let begin = ContinuousClock.now
                await Self.serve(client, logger)
                guard !Task.isCancelled else { return }
                if ContinuousClock.now - begin > Self.longestPause { pause = Self.shortestPause }
                logger.error("rooms: the room server is started again in \(pause)")
                // Cancelled when the broker ends.
                guard (try? await Task.sleep(for: pause)) != nil else { return }
                pause = min(pause * 2, Self.longestPause)
                do throws(ProcessFailure) {
                    client = try Self.makeClient(server)
                } catch {
                    // The same settings were right for the first one.
                    return logger.error("rooms: \(error)")
                }
            }
        }
    }

    /// How long it waits before it is started again after a failure: longer each time, unless it went well for a while.
    private static let shortestPause = Duration.seconds(1)
    private static let longestPause = Duration.seconds(60)

    /// A client under a name that nobody can know before, and take the session over; its beginning is for the broker's log.
    private static func makeClient(_ server: MQTTServer) throws(ProcessFailure) -> MQTTClient {
        var configuration = server.internalClientConfiguration()
        configuration.clientIdentifier = "tinymqtt-rooms-" + String(UInt64.random(in: .min ... .max), radix: 36)
        do throws(MQTTClientError) {
            return try MQTTClient(configuration: configuration)
        } catch {
            throw ProcessFailure("the room server cannot be started: \(error)")
        }
    }

    /// Serves until the task is cancelled, or until the client has failed for good.
    private static func serve(_ client: MQTTClient, _ logger: Logger) async {
        let rooms = RoomServer(client: client) { level, text in
            logger.log(level: .init(level), "rooms: \(PrintableText.line(text))")
        }
        let events = Task {
            for await event in client.events {
                await rooms.handle(event)
            }
        }
        defer { events.cancel() }
        await withTaskCancellationHandler {
            do throws(MQTTClientError) {
                try await client.connect()
                logger.notice("rooms: serving")
                try await rooms.run()
            } catch {
                // An end that was asked for looks like a failure to whoever was in the middle of something.
                if !Task.isCancelled { logger.error("rooms: the room server has failed: \(error)") }
            }
        } onCancel: {
            // Without arguments it is always a valid one; where it is disconnected already, there is nothing to do.
            Task { try? await client.disconnect() }
        }
    }

    /// Ends it, before the broker ends.
    func stop() async {
        work.cancel()
        await work.value
    }
}

extension Logger.Level {
    fileprivate init(_ level: ReportLevel) {
        self =
            switch level {
            case .error: .error
            case .warning: .warning
            case .notice: .notice
            case .info: .info
            }
    }
}
