#if canImport(Glibc)
import CPlatform
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How many bytes of memory the process uses now: with the GNU C library what it has given out and not got back,
/// elsewhere what the process has in memory. 0 where the system does not say.
///
/// It walks through the lists of free memory, and is meant to be asked a few times a minute.
func heapByteCount() -> Int {
    #if canImport(Glibc)
    let information = mallinfo2()
    // Small pieces, and large ones that have pages of their own.
    return Int(clamping: information.uordblks) + Int(clamping: information.hblkhd)
    #else
    return residentByteCount()
    #endif
}

#if canImport(Musl)
/// The pages that the process has in memory, from the second number in a file of the kernel.
private func residentByteCount() -> Int {
    guard let file = try? TextFile(reading: "/proc/self/statm", maximumSize: 4_096) else { return 0 }
    var lines = file.lines
    guard let line = lines.next() else { return 0 }
    let numbers = line.trimmed.text.split(separator: " ")
    guard numbers.count > 1, let pages = Int(numbers[1]) else { return 0 }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}
#elseif canImport(Darwin)
/// What the kernel says of the task.
private func residentByteCount() -> Int {
    var information = proc_taskinfo()
    let size = Int32(MemoryLayout<proc_taskinfo>.size)
    // `size` is the size of what is pointed to, and the pointer does not outlive the call.
    guard unsafe proc_pidinfo(getpid(), PROC_PIDTASKINFO, 0, &information, size) == size else { return 0 }
    return Int(clamping: information.pti_resident_size)
}
#endif
