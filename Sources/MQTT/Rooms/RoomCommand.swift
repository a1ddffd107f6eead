/// What an operator wants of a room server, as JSON at `server/commands`.
public struct RoomCommand: Sendable, Hashable {
    /// What is to be done.
    public enum Action: Sendable, Hashable {
        /// Send a message to all members of a room.
        case sendRoom(ParticipantName, message: String)
        /// Send a message to one member of a room.
        case sendClient(room: ParticipantName, ParticipantName, message: String)
        /// Tell which rooms there are, and who is in them.
        case status
    }

    /// How many bytes a message has at most, in UTF-8.
    public static let maximumMessageByteCount = 64 << 10
    /// The largest payload that is looked at, in bytes: every byte of a message may be an escape of six.
    static let maximumByteCount = 6 * maximumMessageByteCount + 1_024

    /// What is to be done.
    public let action: Action
    /// What the answer carries; also the last level of its topic, where the command names no other.
    public let identifier: ParticipantName?

    /// A command.
    public init(_ action: Action, identifier: ParticipantName? = nil) {
        self.action = action
        self.identifier = identifier
    }

    /// The payload, as JSON.
    var text: String {
        var members: [JSONValue.Member]
        switch action {
        case .sendRoom(let room, let message):
            members = [
                .init("action", .string("send-room")), .init("room", .string(room.description)),
                .init("message", .string(message)),
            ]
        case .sendClient(let room, let client, let message):
            members = [
                .init("action", .string("send-client")), .init("room", .string(room.description)),
                .init("client_id", .string(client.description)), .init("message", .string(message)),
            ]
        case .status:
            members = [.init("action", .string("status"))]
        }
        if let identifier { members.append(.init("id", .string(identifier.description))) }
        return JSONValue.object(members).text
    }
}

/// Why a room server does not do what it is asked for.
public enum RoomRefusal: String, Error, Sendable, Hashable, CaseIterable {
    /// Nobody is in the room.
    case unknownRoom = "unknown-room"
    /// The client is not in the room.
    case notAMember = "not-a-member"
    case emptyMessage = "empty-message"
    case tooLarge = "too-large"
    /// More comes than the server takes.
    case rateLimited = "rate-limited"
    /// There are as many rooms, or members, as the server takes.
    case full
    /// Another client has joined under the same name.
    case clientIdentifierInUse = "client-id-in-use"
    case malformed
}

/// A payload at `server/commands`, taken apart as far as it could be.
struct ReadRoomCommand {
    /// What the answer carries, also where the rest is wrong.
    let identifier: ParticipantName?
    let result: Result<RoomCommand, RoomRefusal>

    init(_ message: IncomingMessage) {
        guard message.payload.count <= RoomCommand.maximumByteCount else {
            identifier = nil
            result = .failure(.tooLarge)
            return
        }
        guard let object = message.object(limit: RoomCommand.maximumByteCount) else {
            identifier = nil
            result = .failure(.malformed)
            return
        }
        let identifier = (object["id"]?.string).flatMap { try? ParticipantName($0) }
        self.identifier = identifier
        guard object["id"] == nil || identifier != nil else {
            result = .failure(.malformed)
            return
        }
        do throws(RoomRefusal) {
            result = .success(RoomCommand(try Self.action(object), identifier: identifier))
        } catch {
            result = .failure(error)
        }
    }

    private static func action(_ object: JSONValue) throws(RoomRefusal) -> RoomCommand.Action {
        switch object["action"]?.string {
        case "send-room": return .sendRoom(try name("room", in: object), message: try message(in: object))
        case "send-client":
            let room = try name("room", in: object)
            return .sendClient(room: room, try name("client_id", in: object), message: try message(in: object))
        case "status": return .status
        default: throw .malformed
        }
    }

    private static func name(_ member: String, in object: JSONValue) throws(RoomRefusal) -> ParticipantName {
        guard let name = (object[member]?.string).flatMap({ try? ParticipantName($0) }) else { throw .malformed }
        return name
    }

    private static func message(in object: JSONValue) throws(RoomRefusal) -> String {
        guard let message = object["message"]?.string else { throw .malformed }
        guard !message.isEmpty else { throw .emptyMessage }
        guard message.utf8.count <= RoomCommand.maximumMessageByteCount else { throw .tooLarge }
        return message
    }
}
