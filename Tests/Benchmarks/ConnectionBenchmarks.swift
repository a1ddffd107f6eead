#if canImport(Glibc)
import Glibc
import MQTT
import NIOCore
import Testing

@testable import Support

extension Benchmarks {
    /// What a connection costs that does nothing.
    @Suite struct ConnectionBenchmarks {
        /// As many connections as the limit of open files allows, each of which is two files of this process.
        private static var connectionCount: Int {
            min(5_000, (OpenFileLimit.raise(to: 20_000) - 200) / 2)
        }

        /// A client that is nothing but a socket: whatever memory grows is the broker's.
        private static func connectedSocket(to address: SocketAddress, number: Int) -> CInt? {
            let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { return nil }
            // The pointer to the address is valid inside the closure, for the size that comes with it.
            let result = unsafe address.withSockAddr { unsafe connect(descriptor, $0, socklen_t($1)) }
            let hello = BenchmarkBroker.connect("client-\(number)")
            // The pointer is valid inside the closure, for the count that comes with it.
            let sentCount = unsafe hello.withUnsafeReadableBytes {
                unsafe send(descriptor, $0.baseAddress, $0.count, 0)
            }
            var answer = [UInt8](repeating: 0, count: 4)
            // `recv` writes at most the four bytes that the array has.
            let receivedCount = unsafe recv(descriptor, &answer, answer.count, CInt(MSG_WAITALL))
            guard result == 0, sentCount == hello.readableBytes, receivedCount == 4, answer[3] == 0 else {
                close(descriptor)
                return nil
            }
            return descriptor
        }

        @Test("Memory of an idle connection over TCP")
        func idleConnection() async throws {
            let server = try await MQTTServer.start(at: [.tcp(host: "127.0.0.1", port: 0)])
            let address = try #require(server.addresses.first)
            let count = Self.connectionCount
            var descriptors: [CInt] = []
            // The first connections bring in code and tables that are there once.
            for number in 0..<100 {
                descriptors.append(try #require(Self.connectedSocket(to: address, number: number)))
            }
            let before = try #require(BenchmarkMeasure.residentByteCount)
            for number in 100..<count {
                descriptors.append(try #require(Self.connectedSocket(to: address, number: number)))
            }
            let after = try #require(BenchmarkMeasure.residentByteCount)
            let perConnection = Double(after - before) / Double(count - 100)
            BenchmarkMeasure.report("idle connection, of \(count)", perConnection, "bytes")
            #expect(descriptors.count == count)
            for descriptor in descriptors {
                close(descriptor)
            }
            await server.stop()
        }
    }
}
#endif
