import Foundation
import Testing

@testable import Support
@testable import tinymqtt

/// What a broker does with its process before it serves.
@Suite("The process of the broker")
struct BrokerProcessTests {
    private static let mosquitto = Privileges.Identity(user: 102, group: 105, name: "mosquitto")
    private static let nobody = Privileges.Identity(user: 65_534, group: 65_534, name: "nobody")
    private static let root = Privileges.Identity(user: 0, group: 0, name: "root")

    private static func account(_ name: String) -> Privileges.Identity? {
        [mosquitto, nobody, root].first { $0.name == name }
    }

    private static func decide(
        _ name: String?,
        as effectiveUser: uid_t = 0,
        _ numbers: Privileges.Numbers = Privileges.Numbers(),
        account: (String) -> Privileges.Identity? = account
    ) throws(ProcessFailure) -> Privileges.Decision {
        try Privileges.decide(user: name, numbers: numbers, effectiveUser: effectiveUser, account: account)
    }

    @Test("root becomes the user of the configuration")
    func root() throws {
        #expect(try Self.decide("mosquitto") == .become(Self.mosquitto))
        #expect(try Self.decide("nobody") == .become(Self.nobody))
    }

    @Test("root stays root only where that is asked for, and warns", arguments: ["root", nil, ""])
    func staysRoot(name: String?) throws {
        guard case .stayWithWarning(let text) = try Self.decide(name) else {
            Issue.record("no warning")
            return
        }
        #expect(text.contains("runs as root"))
    }

    @Test("where the usual user is missing, nobody takes its place; any other one has to exist")
    func missingUser() throws {
        let onlyNobody = { (name: String) in name == "nobody" ? Self.nobody : nil }
        guard case .becomeWithWarning(Self.nobody, let text) = try Self.decide("mosquitto", account: onlyNobody) else {
            Issue.record("not nobody")
            return
        }
        #expect(text.contains("no user mosquitto"))
        let error = #expect(throws: ProcessFailure.self) { _ = try Self.decide("anna", account: onlyNobody) }
        #expect(error?.description.hasPrefix("there is no user anna;") == true)
        #expect(throws: ProcessFailure.self) { _ = try Self.decide("mosquitto") { _ in nil } }
    }

    @Test("the numbers in the environment win over those of the user, and take no further groups")
    func numbers() throws {
        let both = Privileges.Numbers(user: "1883", group: "1884")
        let identity = Privileges.Identity(user: 1883, group: 1884, name: nil)
        #expect(try Self.decide("mosquitto", both) == .become(identity))
        #expect(try Self.decide("missing", both) == .become(identity))
        let user = Privileges.Identity(user: 1883, group: 105, name: nil)
        #expect(try Self.decide("mosquitto", Privileges.Numbers(user: "1883")) == .become(user))
        let group = Privileges.Identity(user: 102, group: 1884, name: nil)
        #expect(try Self.decide("mosquitto", Privileges.Numbers(group: "1884")) == .become(group))
    }

    @Test("numbers that are none are named", arguments: ["", "x", "-1", "4294967295", "1.5"])
    func badNumbers(text: String) {
        let error = #expect(throws: ProcessFailure.self) {
            _ = try Self.decide("mosquitto", Privileges.Numbers(user: text))
        }
        #expect(error?.description.hasPrefix("PUID is \(text); allowed is") == true)
    }

    @Test("who is not root stays what they are, and is told only where a user was named")
    func notRoot() throws {
        #expect(try Self.decide("mosquitto", as: 1_000) == .stay)
        #expect(try Self.decide(nil, as: 1_000) == .stay)
        #expect(try Self.decide("nobody", as: 65_534) == .stay)
        guard case .stayWithNotice(let text) = try Self.decide("nobody", as: 1_000) else {
            Issue.record("no notice")
            return
        }
        #expect(text.contains("only root can make it user nobody"))
    }

    @Test("the privileges of root are gone for good", .enabled(if: geteuid() == 0, "needs root to begin with"))
    func become() async throws {
        await #expect(processExitsWith: .exitCode(7)) {
            let nobody = try #require(Privileges.account(of: "nobody"))
            try Privileges.become(nobody)
            try #require(getuid() == nobody.user && geteuid() == nobody.user && getegid() == nobody.group)
            var groups = [gid_t](repeating: 0, count: 64)
            // The call is told how many there is room for.
            let count = unsafe getgroups(Int32(groups.count), &groups)
            try #require(groups.prefix(Int(count)).allSatisfy { $0 == nobody.group })
            try #require(setuid(0) != 0 && seteuid(0) != 0)
            exit(7)
        }
    }

    @Test("the limit of open files is raised to the hard one")
    func openFiles() async {
        await #expect(processExitsWith: .exitCode(7)) {
            var limits = rlimit()
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            // The pointers do not outlive the calls.
            try #require(unsafe getrlimit(resource, &limits) == 0)
            limits.rlim_cur = min(128, limits.rlim_max - 1)
            // See above.
            try #require(unsafe setrlimit(resource, &limits) == 0)
            try #require(OpenFiles.raiseLimit() == OpenFiles(limit: UInt64(limits.rlim_max), failure: nil))
            // See above.
            try #require(unsafe getrlimit(resource, &limits) == 0)
            try #require(limits.rlim_cur == limits.rlim_max)
            try #require(OpenFiles.raiseLimit() == OpenFiles(limit: UInt64(limits.rlim_max), failure: nil))
            exit(7)
        }
    }

    @Test("the permissions that new files never have are an octal number")
    func fileMask() throws {
        #expect(try ProcessHabits.fileMask("0027") == 0o027)
        #expect(try ProcessHabits.fileMask("077") == 0o077)
        for text in ["", "8", "1000", "-1", "rw"] {
            #expect(throws: ProcessFailure.self) { _ = try ProcessHabits.fileMask(text) }
        }
    }
}

/// The file that holds the number of the process.
@Suite("The pid file")
struct BrokerProcessIdentifierFileTests {
    private let directory: TemporaryFolder

    init() throws {
        directory = try TemporaryFolder("pid")
    }

    @Test("has the number of the process, and goes at the end")
    func lifetime() throws {
        let path = try directory.write("a much longer number that was there before", to: "a.pid")
        let file = try ProcessIdentifierFile.create(at: path, followsLinks: false)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(getpid())\n")
        try file.remove()
        #expect(!FileManager.default.fileExists(atPath: path))
        try file.remove()
    }

    @Test("a file that has taken its name is left alone")
    func replaced() throws {
        let path = directory.path("a.pid")
        let file = try ProcessIdentifierFile.create(at: path, followsLinks: false)
        // Beside the old one, so that the system cannot use its number again.
        try directory.write("1", to: "b.pid")
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: directory.path("b.pid"), toPath: path)
        try file.remove()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "1")
    }

    @Test("a symbolic link is refused unless that is allowed")
    func link() throws {
        let target = try directory.write("precious", to: "target")
        let path = directory.path("a.pid")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        let error = #expect(throws: ProcessFailure.self) {
            _ = try ProcessIdentifierFile.create(at: path, followsLinks: false)
        }
        #expect(error?.description.contains("\(path) is a symbolic link") == true)
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "precious")
        _ = try ProcessIdentifierFile.create(at: path, followsLinks: true)
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "\(getpid())\n")
    }

    @Test("a file that has another name too is left alone")
    func secondName() throws {
        let target = try directory.write("precious", to: "target")
        let path = directory.path("a.pid")
        try FileManager.default.linkItem(atPath: target, toPath: path)
        #expect(throws: ProcessFailure.self) { _ = try ProcessIdentifierFile.create(at: path, followsLinks: true) }
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "precious")
    }

    @Test("what cannot be written is named, with the reason")
    func errors() throws {
        let missing = directory.path("missing/a.pid")
        let error = #expect(throws: ProcessFailure.self) {
            _ = try ProcessIdentifierFile.create(at: missing, followsLinks: false)
        }
        #expect(error?.description == "the pid file \(missing) cannot be written: No such file or directory")
        let problem = "is not written: it is no regular file, or has another name too"
        #expect(throws: ProcessFailure("the pid file /dev/null \(problem)")) {
            _ = try ProcessIdentifierFile.create(at: "/dev/null", followsLinks: false)
        }
    }
}
