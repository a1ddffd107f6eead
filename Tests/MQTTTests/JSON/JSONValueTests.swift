import Testing

@testable import MQTT

/// JSON texts as trees.
@Suite("JSON values")
struct JSONValueTests {
    @Test(
        "are written as they were read",
        arguments: [
            "null", "true", "false", "0", "-1.50", "1e+3", "12345678901234567890", #""""#, #""é\\\"😀""#, "[]", "{}",
            #"[1,[2,{"a":null}],"b"]"#, #"{"z":1,"a":{"z":[]},"z":2}"#,
        ]
    )
    func areWrittenAsRead(text: String) throws {
        #expect(try JSONValue(parsing: Array(text.utf8)).text == text)
    }

    @Test("lose white space and escapes that are not needed")
    func areNormalized() throws {
        let text = " { \"a\" : [ 1 ,\t2 ] ,\r\n\"b\\u00e9\" : \"\\/\\ud83d\\ude00\\u0001\" } "
        #expect(try JSONValue(parsing: Array(text.utf8)).text == #"{"a":[1,2],"bé":"/😀\u0001"}"#)
    }

    @Test("can be indented")
    func areIndented() throws {
        let value = try JSONValue(parsing: Array(#"{"a":[1,{}],"b":[],"c":{"d":null}}"#.utf8))
        let expected = """
            {
            \t"a": [
            \t\t1,
            \t\t{}
            \t],
            \t"b": [],
            \t"c": {
            \t\t"d": null
            \t}
            }
            """
        #expect(value.text(indentation: "\t") == expected)
    }

    @Test(
        "are refused with the place of what is wrong",
        arguments: [
            ("", "no value at byte 0"), ("{", "no string at byte 1"), ("[1,]", "no value at byte 3"),
            ("01", "a number that begins with 0 at byte 2"), ("1 2", "text behind the end at byte 2"),
            ("nul", "no value at byte 0"), ("\"\\ud800\"", "half a character at byte 7"),
            (String(repeating: "[", count: 33), "more than 32 levels at byte 33"),
        ]
    )
    func areRefused(text: String, problem: String) {
        let error = #expect(throws: JSONValue.Problem.self) { try JSONValue(parsing: Array(text.utf8)) }
        #expect(error?.description == problem)
    }

    @Test("tell what is in them, and nil for what is not")
    func tellTheirContent() throws {
        let value = try JSONValue(parsing: Array(#"{"a":"x","b":2,"c":[true],"b":3,"d":2.0}"#.utf8))
        #expect(value["a"]?.string == "x")
        #expect(value["b"]?.integer == 3)
        #expect(value["c"]?.array?.first?.bool == true)
        #expect(value["d"]?.integer == nil)
        #expect(value["e"] == nil)
        #expect(value.members?.count == 5)
        #expect(value["a"]?["a"] == nil)
        #expect(value["a"]?.integer == nil && value["a"]?.bool == nil && value["a"]?.array == nil)
        #expect(JSONValue(-7) == .number("-7"))
    }
}
