import Foundation

@testable import Support

/// A line of ClientScripts.tsv: a script of the shell that calls mosquitto's clients, whoever has written them.
struct ClientScript: Sendable {
    /// Against which brokers it is run, and whose programs run it.
    enum Place: String, Sendable {
        /// With our broker, and with mosquitto.
        case both
        /// With our broker.
        case one
        /// With our broker, by our links alone.
        case ours
    }

    /// Whose programs it calls.
    enum Programs: String, Sendable {
        case mosquitto
        case ours
    }

    let place: Place
    let name: String
    let script: String
    /// What our links are to write where that is not what mosquitto's programs write.
    let expected: String?
    /// Where it stands in the table.
    let number: Int

    /// What is wrong with a line.
    struct Malformed: Error {
        let line: String
    }

    static func all() throws -> [ClientScript] {
        let lines = try SourceTree.text("Tests/EndToEnd/ClientScripts.tsv").split(separator: "\n")
        return try lines.filter { !$0.hasPrefix("#") }.enumerated().map { try ClientScript(String($1), number: $0) }
    }

    private init(_ line: String, number: Int) throws {
        let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        // An expectation has its reason behind it.
        guard columns.count == 3 || columns.count == 5 && !columns[4].isEmpty, let place = Place(rawValue: columns[0]),
            place != .ours || columns.count == 5
        else { throw Malformed(line: line) }
        self.place = place
        name = columns[1]
        script = columns[2]
        expected = columns.count == 5 ? columns[3].replacing("\\n", with: "\n").replacing("\\t", with: "\t") : nil
        self.number = number
    }

    /// Runs it in a folder of its own.
    ///
    /// - Parameter folder: Where the programs are.
    /// - Returns: what it has written, with a word instead of the topic that it was given.
    func run(_ programs: Programs, in folder: String, broker: RunningBroker) async throws -> String {
        let place = try TemporaryFolder("script")
        let topic = "t\(number)-\(programs.rawValue.first.map(String.init) ?? "")"
        let script = "cd \(place.path) || exit\n\(Self.functions)\(script)\n"
        let ended = try await ChildProcess.run(
            "/bin/sh",
            ["-c", script],
            environment: [
                "programs": folder, "port": "\(broker.port)", "t": topic,
            ].merging(Self.noVariables) { given, _ in given }
        )
        let text = ended.text + (ended.errorText.isEmpty ? "" : "the script: \(ended.errorText)")
        // Some scripts write what they get letter by letter.
        return text.replacing(topic, with: "TOPIC")
    }

    /// What would change what programs do, were it in the environment of the tests.
    private static let noVariables: [String: String?] = Dictionary(
        uniqueKeysWithValues: ["HOST", "PORT", "CLIENT_ID", "USERNAME", "PASSWORD", "BROKER_HOST", "BROKER_PORT"]
            .map { ("MQTT_\($0)", nil) }
    )

    /// What scripts call.
    private static let functions = """
        program() {
            program=$1
            shift
            "$programs/mosquitto_$program" -h 127.0.0.1 -p "$port" "$@" 2>"$program.errors"
            status=$?
            if [ -s "$program.errors" ]; then echo "[$status, error]"; else echo "[$status]"; fi
        }
        pub() { program pub "$@"; }
        sub() { program sub "$@"; }
        rr() { program rr "$@"; }
        keep() { sub -c -i "$t" -q 2 -t $1 -E; }
        taken() { filter=$1; shift; sub -c -i "$t" -q 2 -t $filter "$@"; }
        mkdir config
        export XDG_CONFIG_HOME="$PWD/config"

        """
}
