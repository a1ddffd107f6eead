import MQTT

extension BenchResult {
    /// The result as a table for people.
    var text: String {
        var lines = [heading]
        if plan.clientCount > 0 {
            let time = TimeFigures.milliseconds(connectTime)
            lines.append(
                Self.row("connected", "\(connectedCount) of \(plan.clientCount) in \(time) ms, \(connectRate)/s")
            )
        }
        if lostConnectionCount > 0 { lines.append(Self.row("lost", "\(lostConnectionCount) connections while held")) }
        if plan.scenario.hasPublishers {
            lines.append(Self.row("sent", "\(tally.sent), \(sendRate)/s"))
            if plan.qos != .atMostOnce { lines.append(Self.row("acknowledged", "\(tally.acknowledged)")) }
            if tally.refused > 0 { lines.append(Self.row("refused", "\(tally.refused)")) }
        }
        if plan.subscriberCount > 0 {
            let expected = expected.map { " of \($0)" } ?? ""
            lines.append(Self.row("received", "\(received)\(expected), \(receiveRate)/s"))
            lines.append(
                Self.row(
                    "lost",
                    "\(lost), duplicated \(tally.deliveries.duplicated), out of order \(tally.deliveries.outOfOrder)"
                )
            )
            if tally.foreign > 0 { lines.append(Self.row("without stamp", "\(tally.foreign)")) }
        }
        lines += times
        lines.append(
            Self.row("own processor", "\(processorPercent) % of one for \(TimeFigures.milliseconds(wallTime)) ms")
        )
        return lines.joined(separator: "\n")
    }

    private var heading: String {
        let clients = [
            (plan.publisherCount, "publisher"), (plan.subscriberCount, "subscriber"),
            (plan.connectionCount, "connection"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", ")
        let messages =
            plan.scenario == .connections ? "" : ", QoS \(plan.qos.rawValue), \(plan.payloadSize) bytes"
        return "\(plan.scenario.rawValue) at \(address) with MQTT \(version): \(clients)\(messages)"
    }

    /// The percentiles, a line for each kind of time.
    private var times: [String] {
        let kinds = [
            ("connect", tally.connectTimes.figures), ("acknowledge", tally.acknowledgementTimes.figures),
            ("deliver", tally.deliveryTimes.figures), ("late to send", tally.lags.figures),
        ]
        let rows = kinds.compactMap { name, figures in
            figures.map { figures in
                Self.row(
                    name,
                    (figures.percentiles + [figures.longest]).map { Self.cell(TimeFigures.microseconds($0)) }.joined()
                )
            }
        }
        let names = TimeFigures.percentiles.map(\.name) + ["max"]
        return rows.isEmpty ? [] : [Self.row("time in µs", names.map(Self.cell).joined())] + rows
    }

    private static func row(_ name: String, _ text: String) -> String {
        name + String(repeating: " ", count: max(1, 15 - name.count)) + text
    }

    /// A right-aligned column.
    private static func cell(_ text: String) -> String {
        String(repeating: " ", count: max(1, 12 - text.count)) + text
    }
}

extension BenchResult {
    /// The result as JSON: every member is always there, and null where the scenario has no such thing.
    var json: JSONValue {
        .object(
            [
                JSONValue.Member("scenario", .string(plan.scenario.rawValue)),
                JSONValue.Member("broker", .string("\(address)")),
                JSONValue.Member("version", .string("\(version)")),
                JSONValue.Member("ok", .bool(isComplete)),
                JSONValue.Member("end", .string(endName)),
            ] + settings + counts + [
                JSONValue.Member("connect_us", tally.connectTimes.figures?.json ?? .null),
                JSONValue.Member("acknowledge_us", tally.acknowledgementTimes.figures?.json ?? .null),
                JSONValue.Member("deliver_us", tally.deliveryTimes.figures?.json ?? .null),
                JSONValue.Member("late_us", tally.lags.figures?.json ?? .null),
                JSONValue.Member("measured_ms", .number(TimeFigures.milliseconds(measuredTime))),
                JSONValue.Member("processor_ms", .number(TimeFigures.milliseconds(processorTime))),
                JSONValue.Member("processor_percent", JSONValue(processorPercent)),
            ]
        )
    }

    private var endName: String {
        switch end {
        case nil: "finished"
        case .signal: "signal"
        case .stalled: "stalled"
        case .failed: "failed"
        case .refused: "refused"
        }
    }

    private var settings: [JSONValue.Member] {
        [
            JSONValue.Member("topic", .string(plan.topic)),
            JSONValue.Member("qos", JSONValue(Int(plan.qos.rawValue))),
            JSONValue.Member("size", JSONValue(plan.payloadSize)),
            JSONValue.Member("publishers", JSONValue(plan.publisherCount)),
            JSONValue.Member("subscribers", JSONValue(plan.subscriberCount)),
            JSONValue.Member("connections", JSONValue(plan.connectionCount)),
            JSONValue.Member("rate", plan.rate.map { .number("\($0)") } ?? .null),
            JSONValue.Member("window", plan.sendWindow == nil ? .null : JSONValue(plan.window)),
            JSONValue.Member("threads", JSONValue(plan.threadCount)),
        ]
    }

    private var counts: [JSONValue.Member] {
        [
            JSONValue.Member("connected", JSONValue(connectedCount)),
            JSONValue.Member("failed", JSONValue(failedCount)),
            JSONValue.Member("lost_connections", JSONValue(lostConnectionCount)),
            JSONValue.Member("connect_ms", .number(TimeFigures.milliseconds(connectTime))),
            JSONValue.Member("connect_rate", JSONValue(connectRate)),
            JSONValue.Member("sent", JSONValue(tally.sent)),
            JSONValue.Member("acknowledged", plan.qos == .atMostOnce ? .null : JSONValue(tally.acknowledged)),
            JSONValue.Member("refused", JSONValue(tally.refused)),
            JSONValue.Member("expected", expected.map { JSONValue($0) } ?? .null),
            JSONValue.Member("received", JSONValue(received)),
            JSONValue.Member("lost", JSONValue(lost)),
            JSONValue.Member("duplicated", JSONValue(tally.deliveries.duplicated)),
            JSONValue.Member("out_of_order", JSONValue(tally.deliveries.outOfOrder)),
            JSONValue.Member("foreign", JSONValue(tally.foreign)),
            JSONValue.Member("in_rate", JSONValue(sendRate)),
            JSONValue.Member("out_rate", JSONValue(receiveRate)),
        ]
    }
}
