import NIOCore

/// A place where connections are accepted: what `ListenerBinder` makes of settings.
struct Listener: Sendable {
    let settings: ListenerSettings
    /// The sockets, one for each address.
    let channels: [any Channel]
    /// The file of a Unix domain socket.
    let socketFile: UnixSocketFile?

    /// The addresses that are listened on, with the ports that the system chose.
    var addresses: [SocketAddress] { channels.compactMap(\.localAddress) }

    /// Accepts no more connections. Those that were accepted stay.
    func close() async {
        for channel in channels {
            try? await channel.close()
        }
        socketFile?.remove()
    }
}
