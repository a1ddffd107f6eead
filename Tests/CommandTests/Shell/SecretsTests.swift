import Testing

@testable import tinymqtt

/// Which lines the shell does not keep.
@Suite("Lines with secrets")
struct SecretsTests {
    @Test(
        "lines with a password",
        arguments: [
            "connect -u bob -P secret host", "connect -cP secret", "connect --pw=secret", "connect mqtt://u:pw@host",
            "connect -L mqtt://u:top/secret@host", "connect -L 'mqtt://u:top;secret@host'",
            "! curl -u bob:pw http://host",
            "! curl -su bob:pw http://host", "! curl -ubob:pw http://host",
            "topics | curl --user bob:pw -T - http://host",
            "! curl --user=bob:pw http://host", "ping; ! curl -u 'bob:pw' host",
        ]
    )
    func secret(line: String) {
        #expect(Secrets.isSecret(line))
    }

    @Test(
        "lines without one",
        arguments: [
            "connect -u bob host:1883", "publish a/b hello", "publish@a@b", "connect mqtt://host", "! sort -u file",
            "! date -u; echo 1:2", "connect -c -i Pat", "publish a Pump-P",
        ]
    )
    func open(line: String) {
        #expect(!Secrets.isSecret(line))
    }
}
