// Invariant: whatever bytes come as a question at $CONTROL, the answer is well-formed JSON that the reader takes, with a
// list of responses that is no longer than the bound; it never traps.

import Testing

@testable import MQTT
@testable import Support

/// Fuzzes the questions that Clients ask at `$CONTROL`.
@Suite("Fuzzing questions at $CONTROL")
struct ControlFuzzTests {
    private static let questions = [
        #"{"commands":[{"command":"listListeners"},{"command":"listPlugins","correlationData":"x"}]}"#,
        #"{"a":[1,-2.5e3,true,false,null,{"b":"\u00e9\ud83d\ude00\n\\"}],"commands":[{"command":"é"}]}"#,
        #"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["#,
    ]

    @Test("questions")
    func questions() throws {
        let settings = FuzzSettings(target: "questions at $CONTROL")
        var mutator = Mutator(random: SeededGenerator(seed: settings.seed))
        let answers = ControlAnswers([])
        var understood = 0
        // A question and its answer cost as much as many packets do.
        let count = settings.inputCount / 5
        for number in 0..<count {
            let first = Array(mutator.random.pick(Self.questions).utf8)
            var question = mutator.mutate(first, with: Array(mutator.random.pick(Self.questions).utf8))
            if mutator.random.oneIn(2) {
                // One byte only: more of these are understood.
                question = first
                question[mutator.random.pick(question.indices)] = .random(in: 0x20...0x7E, using: &mutator.random)
            }
            let answer = answers.response(to: question)
            let responses = try Self.responses(in: answer, "input \(number): \(question)")
            if !responses.contains("Unknown command") { understood += 1 }
            #expect(responses.count <= ControlAnswers.mostCommands, "input \(number): \(question)")
        }
        #expect(understood > count / 50)
        #expect(understood < count)
    }

    /// The names of the commands that an answer is about.
    private static func responses(in answer: [UInt8], _ input: String) throws -> [String] {
        var names: [String] = []
        do throws(JSONReader.Problem) {
            var reader = try JSONReader(answer)
            try reader.object { (reader, _) throws(JSONReader.Problem) in
                try reader.array { (reader) throws(JSONReader.Problem) in
                    try reader.object { (reader, name) throws(JSONReader.Problem) in
                        if name == "command" { names.append(try reader.string()) } else { try reader.skip() }
                    }
                }
            }
            try reader.end()
        } catch {
            Issue.record("\(error.text) in \(String(decoding: answer, as: UTF8.self)), \(input)")
        }
        return names
    }
}
