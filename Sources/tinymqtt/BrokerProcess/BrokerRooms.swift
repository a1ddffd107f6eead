import Logging
import MQTT

/// A room server in the broker's process. It is a client like any other, but comes in without a listener, so that it
/// works whoever may connect to the broker.
struct BrokerRooms {
    private let client: MQTTClient
    private let work: Task<Void, Never>

    /// Starts it.
    ///
    /// - Throws: what is wrong with the client, which is a mistake of this program.
    init(_ server: MQTTServer, logger: Logger) throws(ProcessFailure) {
        var configuration = server.internalClientConfiguration()
        configuration.clientIdentifier = Self.clientIdentifier
        do throws(MQTTClientError) {
            client = try MQTTClient(configuration: configuration)
        } catch {
            throw ProcessFailure("the room server cannot be started: \(error)")
        }
        let client = self.client
        work = Task {
            let rooms = RoomServer(client: client) { level, text in
                logger.log(level: .init(level), "rooms: \(PrintableText.line(text))")
            }
            let events = Task {
                for await event in client.events {
                    await rooms.handle(event)
                }
            }
            defer { events.cancel() }
            do throws(MQTTClientError) {
                try await client.connect()
                logger.notice("rooms: serving")
                try await rooms.run()
            } catch {
                // An end that was asked for looks like a failure to whoever was in the middle of something.
                guard error.code != .closed else { return }
                logger.error("rooms: the room server has ended, until the broker is started again: \(error)")
            }
        }
    }

    /// Under which name it is seen in the broker's log.
    private static let clientIdentifier = "tinymqtt-rooms"

    /// Ends it, before the broker ends.
    func stop() async {
        // Without arguments it is always a valid one; where it is disconnected already, there is nothing to do.
        try? await client.disconnect()
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
