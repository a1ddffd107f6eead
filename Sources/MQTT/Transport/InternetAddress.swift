#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An address of either version of the internet protocol, as opposed to the name of a host.
struct InternetAddress: Equatable {
    /// Four bytes, or sixteen, in the order of the network.
    let bytes: [UInt8]

    /// Reads an address; `nil` where the text is none.
    init?(_ text: String) {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            // The array has the size that the system's structure of that family has, and outlives the call; the compiler
            // passes the string with a zero byte at its end.
            guard unsafe inet_pton(family, text, &bytes) != 1 else {
                self.bytes = bytes
                return
            }
        }
        return nil
    }
}
