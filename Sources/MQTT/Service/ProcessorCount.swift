import CPlatform
import NIOCore

/// How many processors this process may use, at least 1: fewer than the machine has in a container that is given a part of
/// it, and where the process is bound to some of them, as `taskset` does. More threads than that would only take turns.
func usableProcessorCount() -> Int {
    let boundCount = Int(bound_processor_count())
    return boundCount > 0 ? min(System.coreCount, boundCount) : System.coreCount
}
