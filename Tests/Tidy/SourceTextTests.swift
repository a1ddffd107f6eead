import Testing

/// A Swift text is taken apart the way the compiler reads it.
@Suite
struct SourceTextTests {
    @Test(arguments: [
        ("a // b", "a     ", "// b"),
        ("a /* b /* c */ d */ e", "a                   e", "/* b /* c */ d */"),
        (#"f("// a", b)"#, #"f("    ", b)"#, ""),
        (#"f("a\"b", c)"#, #"f("    ", c)"#, ""),
        (#"f("\(a)b", c)"#, #"f("  a  ", c)"#, ""),
        (#"f("\(g(a, "b"))c", d)"#, #"f("  g(a, " ")  ", d)"#, ""),
        (##"f(#"a"b\(c"#, d)"##, ##"f(#"      "#, d)"##, ""),
        (##"f(#"a\#(b)"#)"##, ##"f(#"    b "#)"##, ""),
        ("/\"/ a\nb", "/\"   \nb", ""),
    ])
    func codeAndCommentsAreSeparated(_ text: String, code: String, comments: String) {
        let source = SourceText(text)
        #expect(source.code.joined(separator: "\n") == code)
        #expect(source.comments.map(\.trimmingBlanks).joined() == comments)
    }

    @Test
    func literalsOfManyLinesAreBlank() {
        let source = SourceText("let a = \"\"\"\n    let b = \"c\" // d\n    \"\"\"\nlet e = 1")
        #expect(source.code.map(\.trimmingBlanks) == ["let a = \"\"\"", "", "\"\"\"", "let e = 1"])
    }

    @Test
    func tokensAreWordsAndSigns() {
        #expect("  f(a_1, \"é\")".tokens == ["f", "(", "a_1", ",", "\"", "é", "\"", ")"])
    }

    @Test
    func declarationsEndAtTheirBrace() {
        let text = """
            protocol A {
                func a()
                var b: Int { get }
            }
            extension B where C: D {
                init(
                    e: Int
                ) {
                    self.e = [1].map { $0 }
                }
            }
            """
        let declarations = SourceFile(path: "A.swift", text: text).declarations
        #expect(declarations.map(\.keyword) == ["protocol", "var", "extension", "init"])
        #expect(declarations.map(\.lines) == [0...3, 2...2, 4...10, 5...9])
        #expect(declarations.map(\.ancestors) == [[], [0], [], [2]])
    }

    @Test
    func identifiersFallIntoWords() {
        #expect(Rule.camelCaseWords(of: "packetIDLimit") == ["packet", "id", "limit"])
        #expect(Rule.camelCaseWords(of: "_URLFor_msg2") == ["url", "for", "msg2"])
    }
}
