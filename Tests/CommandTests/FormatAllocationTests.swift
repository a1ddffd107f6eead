import AllocationCounter
import NIOCore
import Testing

@testable import MQTT
@testable import tinymqtt

/// A format is applied to each message, so what it allocates is multiplied by all of them.
@Suite(
    "What writing a message allocates",
    .serialized,
    .enabled(if: allocations_are_counted() == 1, "allocations are counted with glibc only")
)
struct FormatAllocationTests {
    private static let count: UInt64 = 1_000

    /// How many allocations `operation` makes on average, once the buffer has found its size.
    private static func allocations(_ operation: (inout ByteBuffer) -> Void) -> Int {
        var buffer = ByteBuffer()
        operation(&buffer)
        var sum: UInt64 = 0
        for _ in 0..<count {
            buffer.clear()
            let before = allocation_count_of_this_thread()
            operation(&buffer)
            sum += allocation_count_of_this_thread() - before
        }
        return Int(sum / count)
    }

    @Test(
        "a format allocates nothing for its parts",
        arguments: [
            "%t %p", "[%20t][%-20p][%05l] %q %r %m", "%x %.2:X", "@Y-@m-@dT@H:@M:@S.@N %t", "%I %U", #"a\t%%b@@"#,
            "%5A|%I",
        ]
    )
    func formats(text: String) throws {
        let message = try ReceivedMessage.make("sensors/kitchen/temperature", ByteBuffer(string: "21.5"))
        let format = try OutputFormat(text)
        let count = Self.allocations { buffer in _ = format.append(message, at: .example, to: &buffer) }
        #expect(count == 0)
    }

    @Test("JSON allocates only for what has to be read anew")
    func json() throws {
        let message = try ReceivedMessage.make("sensors/kitchen/temperature", ByteBuffer(string: "21.5 \"degrees\""))
        let format = try OutputFormat("%j")
        #expect(Self.allocations { buffer in _ = format.append(message, at: .example, to: &buffer) } == 0)
        // The payload is checked to be UTF-8 by making a string of it.
        #expect(Self.allocations { buffer in MessageLine.append(message, at: .example, to: &buffer) } <= 2)
    }

    @Test("plain output allocates nothing")
    func plain() throws {
        let message = try ReceivedMessage.make("sensors/kitchen/temperature", ByteBuffer(string: "21.5"))
        let format = PlainFormat(showsTopic: true)
        #expect(Self.allocations { buffer in format.append(message, to: &buffer) } == 0)
    }
}
