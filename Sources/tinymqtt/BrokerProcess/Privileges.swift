#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The user whose rights the broker has: root starts it, and it goes on as somebody who may do less.
enum Privileges {
    /// Who the process is to be.
    struct Identity: Equatable {
        let user: uid_t
        let group: gid_t
        /// The name of the user who has further groups; `nil` for none but ``group``.
        let name: String?
    }

    /// What is to be done at the start, and what the log is to say of it.
    enum Decision: Equatable {
        case stay
        case stayWithNotice(String)
        case stayWithWarning(String)
        case become(Identity)
        case becomeWithWarning(Identity, String)
    }

    /// What the environment says in place of the user's numbers, as in mosquitto's container: `PUID` and `PGID`.
    struct Numbers {
        let user: String?
        let group: String?

        init(user: String? = nil, group: String? = nil) {
            self.user = user
            self.group = group
        }

        /// Those of this process.
        static var current: Numbers {
            Numbers(user: Environment.value("PUID"), group: Environment.value("PGID"))
        }
    }

    /// The user of a configuration that names none. Only this one may be missing.
    static let usualUser = "mosquitto"
    /// Who takes that one's place.
    private static let substitute = "nobody"

    /// Decides who the process is to be.
    ///
    /// - Parameters:
    ///   - name: The user that the configuration names.
    ///   - numbers: What the environment says.
    ///   - effectiveUser: The user that the process is now.
    ///   - account: Looks up a user.
    /// - Throws: ``ProcessFailure`` for a user that does not exist, and for numbers that are none.
    static func decide(
        user name: String?,
        numbers: Numbers = .current,
        effectiveUser: uid_t = geteuid(),
        account: (String) -> Identity? = account(of:)
    ) throws(ProcessFailure) -> Decision {
        let name = name ?? ""
        guard effectiveUser == 0 else {
            guard !name.isEmpty, name != usualUser, account(name)?.user != effectiveUser else { return .stay }
            return .stayWithNotice("the broker stays user \(effectiveUser): only root can make it user \(name)")
        }
        let user = try number(numbers.user, "PUID")
        let group = try number(numbers.group, "PGID")
        if let user, let group { return decision(Identity(user: user, group: group, name: nil)) }
        guard !name.isEmpty || user != nil || group != nil else { return decision(.root) }
        var warning: String?
        var identity = account(name)
        if identity == nil, name == usualUser {
            identity = account(substitute)
            warning = "there is no user \(name): the broker goes on as user \(substitute)"
        }
        guard let identity else {
            throw ProcessFailure(
                "there is no user \(name.isEmpty ? "whose numbers could be used" : name); create it, name another one "
                    + "with the option user, or set both PUID and PGID"
            )
        }
        guard user != nil || group != nil else { return decision(identity, warning) }
        return decision(
            Identity(user: user ?? identity.user, group: group ?? identity.group, name: nil),
            warning
        )
    }

    private static func decision(_ identity: Identity, _ warning: String? = nil) -> Decision {
        guard identity.user != 0 else {
            return .stayWithWarning(
                "the broker runs as root, and so would whoever breaks into it; name a user with the option user"
            )
        }
        return warning.map { .becomeWithWarning(identity, $0) } ?? .become(identity)
    }

    private static func number(_ text: String?, _ name: String) throws(ProcessFailure) -> UInt32? {
        guard let text else { return nil }
        // The largest one means "unchanged" to the system.
        guard let number = UInt32(text), number < .max else {
            throw ProcessFailure("\(name) is \(text); allowed is a number from 0 to \(UInt32.max - 1)")
        }
        return number
    }

    /// The user of that name; `nil` where there is none.
    static func account(of name: String) -> Identity? {
        // The entry is the C library's, and good until the next look-up: its numbers are copied at once.
        guard let entry = unsafe getpwnam(name) else { return nil }
        // See above.
        return unsafe Identity(user: entry.pointee.pw_uid, group: entry.pointee.pw_gid, name: name)
    }

    /// Makes the process, with all its threads, somebody else for good.
    ///
    /// - Throws: ``ProcessFailure``; then the process must end, as it may have done only some of the steps.
    static func become(_ identity: Identity) throws(ProcessFailure) {
        let who = identity.description
        var group = identity.group
        let status: Int32
        if let name = identity.name {
            // The string lives for the length of the call.
            status = unsafe initgroups(name, .init(truncatingIfNeeded: group))
        } else {
            // One group is passed, and one is said to be there.
            status = unsafe setgroups(1, &group)
        }
        guard status == 0 else {
            // A container may have a root that cannot be anybody else.
            let failure = ProcessFailure.system("the groups of \(who) cannot be taken")
            throw ProcessFailure("\(failure); start it as another user, or keep root with PUID=0 and PGID=0")
        }
        // The user last: only root may change the group.
        guard setgid(group) == 0 else { throw .system("the group \(group) of \(who) cannot be taken") }
        guard setuid(identity.user) == 0 else { throw .system("the broker cannot become \(who)") }
        let isDone = getuid() == identity.user && geteuid() == identity.user && getgid() == group && getegid() == group
        // Being root again must not work.
        guard isDone, identity.user == 0 || setuid(0) != 0 && seteuid(0) != 0 else {
            throw ProcessFailure("the broker has become \(who), but not for good; it must not go on")
        }
    }
}

extension Privileges.Identity: CustomStringConvertible {
    fileprivate static let root = Self(user: 0, group: 0, name: nil)

    var description: String { "user \(name ?? "\(user)")" }
}
