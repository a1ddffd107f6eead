extension Rule {
    /// The folders of the core library that take input and the time, and say what to do.
    static let pureFolders: Set<String> = ["Wire", "Topics", "Session", "Broker"]

    /// Protocol code performs no input or output and asks no clock.
    static let purity = [
        Rule(name: "pure folders ask no clock") { file in
            guard let layer = file.layer, pureFolders.contains(layer) else { return [] }
            return file.findings(
                of: [
                    ". now (", "ContinuousClock", "SuspendingClock", "Date (", "clock_gettime", "gettimeofday",
                    "time ( nil",
                ],
                "asks a clock in \(layer)/",
                remedy: "take the time as a parameter `now`"
            )
        },
        Rule(name: "pure folders do nothing themselves") { file in
            guard let layer = file.layer, pureFolders.contains(layer) else { return [] }
            return file.findings(
                of: [
                    "Channel", "ChannelHandlerContext", "ChannelPipeline", "EventLoop", "EventLoopGroup",
                    "EventLoopFuture", "EventLoopPromise", "NIOThreadPool", "Task", "Thread", "async", "await",
                    "pthread_create", "socket (", "Logger", "print (", "debugPrint (", "getenv (", "open (",
                ],
                "reaches outside from \(layer)/",
                remedy: "return a value that tells the caller what to do"
            )
        },
    ]

    /// What passes through channels is bytes, written many times and flushed once.
    static let channels = [
        Rule(name: "NIOAny stays in Transport and Client") { file in
            guard file.isSwift, file.isUnder("Sources"), file.layer != "Transport", file.layer != "Client" else {
                return []
            }
            return file.findings(
                of: ["NIOAny", "wrapOutboundOut", "wrapInboundOut", "unwrapInboundIn", "unwrapOutboundIn"],
                "is a channel handler's business",
                remedy: "move it to Transport/ or Client/"
            )
        },
        Rule(name: "writeAndFlush is an explained exception") { file in
            guard file.isSwift, file.isUnder("Sources") else { return [] }
            let mayFlush = file.layer == "Transport" || file.layer == "Client"
            return file.findings(
                of: ["writeAndFlush"],
                "flushes for each write",
                remedy: mayFlush
                    ? "write, and flush once at the end of the turn; or say in a comment on the line above why not"
                    : "move it to Transport/ or Client/",
                unless: { mayFlush && file.isExplained(at: $0) }
            )
        },
    ]
}
