import Foundation
import NIOCore
import SwiftASN1
import Testing
import X509

@testable import MQTT
@testable import Support

/// What is told of files that cannot be used.
@Suite("TLS settings", .enabled(if: TestCertificates.isPossible, "openssl is not installed"))
struct TLSContextTests {
    /// What is wrong with settings; `nil` where they are good.
    private func problem(
        _ certificates: TestCertificates,
        _ change: (inout TLSSettings) throws -> Void
    ) rethrows -> ConfigurationError? {
        var settings = TLSSettings()
        settings.certificateFile = certificates.certificate("server")
        settings.keyFile = certificates.key("server")
        try change(&settings)
        do throws(ConfigurationError) {
            _ = try TLSContext(settings, preSharedKeys: nil)
            return nil
        } catch {
            return error
        }
    }

    @Test("a certificate and its key are good, elliptic or RSA, in either notation")
    func good() async throws {
        let files = try await TestCertificates.make()
        #expect(problem(files) { _ in } == nil)
        try await files.add("rsa", keyKind: "RSA")
        try await files.openssl("rsa", "-in", files.key("rsa"), "-traditional", "-out", files.key("old"))
        #expect(
            problem(files) {
                $0.certificateFile = files.certificate("rsa")
                $0.keyFile = files.key("old")
            } == nil
        )
        try await files.openssl("ecparam", "-name", "prime256v1", "-genkey", "-out", files.key("parameters"))
        #expect(problem(files) { $0.keyFile = files.key("parameters") }?.problem.contains("does not belong") == true)
    }

    @Test("files of the wrong kind are told by what they hold")
    func wrongKind() async throws {
        let files = try await TestCertificates.make()
        let swapped = problem(files) { ($0.certificateFile, $0.keyFile) = ($0.keyFile, $0.certificateFile) }
        #expect(swapped?.problem == "holds a private key where a certificate is expected")
        #expect(swapped?.file == files.key("server"))
        let twice = problem(files) { $0.keyFile = $0.certificateFile }
        #expect(twice?.problem == "holds a certificate where a private key is expected")
        let text = try files.directory.write("hello\n", to: "text")
        #expect(problem(files) { $0.keyFile = text }?.problem == "holds nothing in PEM where a private key is expected")
        let broken = try files.directory.write(
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            to: "broken"
        )
        #expect(problem(files) { $0.certificateFile = broken }?.problem == "the certificate cannot be decoded")
        let missing = problem(files) { $0.certificateFile = "/no/such/file" }
        #expect(missing?.description == "/no/such/file: cannot be opened: No such file or directory")
    }

    @Test("a key that is encrypted is told with the command that decrypts it", arguments: [true, false])
    func encryptedKey(traditional: Bool) async throws {
        let files = try await TestCertificates.make()
        let path = files.key("encrypted")
        if traditional {
            try await files.openssl(
                "ec",
                "-in",
                files.key("server"),
                "-aes128",
                "-passout",
                "pass:x1y2z3",
                "-out",
                path
            )
        } else {
            try await files.openssl(
                "pkey",
                "-in",
                files.key("server"),
                "-aes128",
                "-passout",
                "pass:x1y2z3",
                "-out",
                path
            )
        }
        let problem = problem(files) { $0.keyFile = path }?.problem
        #expect(problem?.hasPrefix("the key is encrypted") == true)
        #expect(problem?.contains("openssl pkey -in \(path)") == true)
    }

    @Test("a key that belongs to another certificate names both files")
    func foreignKey() async throws {
        let files = try await TestCertificates.make()
        try await files.add("other")
        let error = problem(files) { $0.keyFile = files.key("other") }
        #expect(error?.file == files.key("other"))
        #expect(error?.problem == "the key does not belong to the certificate in \(files.certificate("server"))")
    }

    @Test("a certificate outside its time is told with the day")
    func dates() async throws {
        let files = try await TestCertificates.make()
        try await files.add("past", validity: .expired)
        try await files.add("future", validity: .future)
        let past = problem(files) {
            ($0.certificateFile, $0.keyFile) = (files.certificate("past"), files.key("past"))
        }
        #expect(past?.problem.hasPrefix("the certificate has expired on 20") == true)
        let future = problem(files) {
            ($0.certificateFile, $0.keyFile) = (files.certificate("future"), files.key("future"))
        }
        #expect(future?.problem.hasPrefix("the certificate is not valid before 20") == true)
    }

    @Test("authorities come from a file, or from a directory with the names of their hashes")
    func authorities() async throws {
        let files = try await TestCertificates.make()
        let none = problem(files) { $0.requiresCertificate = true }
        #expect(none?.problem.hasPrefix("require_certificate needs cafile or capath") == true)
        let directory = files.directory.path("authorities")
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        func ask() -> ConfigurationError? {
            problem(files) { ($0.requiresCertificate, $0.authorityDirectory) = (true, directory) }
        }
        #expect(ask()?.problem.contains("openssl rehash \(directory)") == true)
        try FileManager.default.copyItem(atPath: files.certificate("ca"), toPath: "\(directory)/one.pem")
        try await files.openssl("rehash", directory)
        #expect(ask() == nil)
    }

    @Test("pre-shared keys and certificates exclude each other, and keys need a file")
    func preSharedKeys() async throws {
        let files = try await TestCertificates.make()
        #expect(problem(files) { $0.preSharedKeyHint = "h" }?.problem.contains("and not both") == true)
        let alone = problem(files) { settings in
            settings = TLSSettings()
            settings.preSharedKeyHint = "h"
        }
        #expect(alone?.problem == "psk_hint needs a psk_file")
        #expect(problem(files) { $0.keyFile = nil }?.problem == "TLS needs certfile and keyfile, or psk_hint")
        var settings = TLSSettings()
        settings.preSharedKeyHint = "h"
        settings.minimumVersion = .v1_3
        #expect(throws: ConfigurationError.self) { try TLSContext(settings, preSharedKeys: PreSharedKeyFile()) }
    }

    @Test("a list of revoked certificates knows whom it speaks of, and when")
    func revocationLists() async throws {
        let files = try await TestCertificates.make()
        try await files.add("good")
        try await files.add("bad")
        try await files.revoke("bad")
        try await files.addAuthority("other")
        func certificate(_ name: String) throws -> Certificate {
            try Certificate(pemEncoded: String(contentsOfFile: files.certificate(name), encoding: .utf8))
        }
        let authorities = [try certificate("ca")]
        let file = try PEMFile(try await files.revocationList(), expecting: .revocationList)
        let lists = try RevocationLists(file, authorities: authorities)
        func refusal(_ name: String, after days: Int = 0) throws -> RevocationLists.Refusal? {
            let certificate = try certificate(name)
            return lists.refusal(
                issuer: certificate.issuer,
                serialNumber: certificate.serialNumber.bytes,
                now: Int(Date().timeIntervalSince1970) + days * 86_400
            )
        }
        #expect(try refusal("good") == nil)
        #expect(try refusal("bad") == .revoked)
        #expect(try refusal("good", after: 40) == .expired)
        #expect(try refusal("good", after: -10) == .notYetValid)
        #expect(try refusal("other") == .noList)

        let foreign = try PEMFile(try await files.revocationList(by: "other"), expecting: .revocationList)
        let error = #expect(throws: ConfigurationError.self) {
            try RevocationLists(foreign, authorities: authorities)
        }
        #expect(error?.problem.hasSuffix("is not signed by an authority in cafile") == true)

        let text = String(decoding: file.bytes, as: UTF8.self)
        let document = try PEMDocument(pemString: text)
        // Every list that is cut short is refused, and none brings the program down.
        for count in stride(from: 0, to: document.derBytes.count, by: 7) {
            #expect(throws: (any Error).self) { try RevocationList(derEncoded: Array(document.derBytes.prefix(count))) }
        }
    }

    @Test(
        "the subject is written as OpenSSL writes it",
        arguments: [
            "/C=AT/O=Test/CN=device 1", "/O=a\\+b, c/CN=x=1;\"<y>\"", "/CN= lead #1 ", "/CN=#hash",
            "/CN=one+OU=two/O=three", "/emailAddress=a@b.example/UID=u1/DC=example/CN=Zoë", "/1.2.3.4.5=odd/CN=a\\\\b",
        ]
    )
    func subject(text: String) async throws {
        let files = try TestCertificates.empty()
        try await files.addSelfSigned("name", subject: text)
        let printed = try await files.openssl(
            "x509",
            "-in",
            files.certificate("name"),
            "-noout",
            "-subject",
            "-nameopt",
            "RFC2253"
        )
        let certificate = try Certificate(
            pemEncoded: String(contentsOfFile: files.certificate("name"), encoding: .utf8)
        )
        #expect("subject=\(certificate.subject.textOfRFC2253)\n" == printed)
        #expect(certificate.subject.firstCommonName != nil)
    }
}

@Suite("Dates and ciphers of TLS")
struct TLSValueTests {
    @Test(
        "seconds become dates and dates become seconds",
        arguments: [
            (0, "1970-01-01"), (951_782_400, "2000-02-29"), (951_868_799, "2000-02-29"), (951_868_800, "2000-03-01"),
            (-1, "1969-12-31"), (4_107_542_400, "2100-03-01"), (1_732_147_200, "2024-11-21"),
        ]
    )
    func dates(seconds: Int, text: String) {
        let date = CalendarDate(secondsSince1970: seconds)
        #expect(date.description == text)
        #expect(date.secondsSince1970 == seconds)
    }

    @Test(
        "a list of ciphers selects what OpenSSL would, of what there is",
        arguments: [
            ("ECDHE-RSA-AES128-GCM-SHA256", ["ECDHE-RSA-AES128-GCM-SHA256"]),
            (
                "AES128-SHA:NO-SUCH:ECDHE+CHACHA20",
                ["AES128-SHA", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"]
            ),
            ("kRSA:!SHA1", ["AES256-GCM-SHA384", "AES128-GCM-SHA256"]),
            ("kRSA+AESGCM:+AES256", ["AES128-GCM-SHA256", "AES256-GCM-SHA384"]),
            ("kRSA+AESGCM:-AES256:AES256-SHA", ["AES128-GCM-SHA256", "AES256-SHA"]),
            ("AES128-SHA AES256-SHA @STRENGTH @SECLEVEL=2", ["AES256-SHA", "AES128-SHA"]),
            ("!SHA1:AES128-SHA:AES128-GCM-SHA256", ["AES128-GCM-SHA256"]),
        ]
    )
    func ciphers(list: String, names: [String]) throws {
        #expect(try CipherSuites(list, forPreSharedKeys: false).names == names)
    }

    @Test("ciphers are those of certificates or those of keys, and a list that leaves none is refused")
    func noCiphers() throws {
        #expect(try CipherSuites("HIGH:!PSK", forPreSharedKeys: false).names == CipherSuites.forCertificates.names)
        #expect(try CipherSuites("PSK", forPreSharedKeys: true).names == CipherSuites.forPreSharedKeys.names)
        let error = #expect(throws: ConfigurationError.self) {
            try CipherSuites("PSK-AES128-CBC-SHA", forPreSharedKeys: false)
        }
        #expect(
            error?.problem.hasPrefix("the ciphers PSK-AES128-CBC-SHA leave none that can be used; there are ") == true
        )
        #expect(throws: ConfigurationError.self) { try CipherSuites("", forPreSharedKeys: false) }
    }

    @Test("the ciphers of TLS 1.3 are all or nothing")
    func ciphers13() throws {
        let all = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"
        try CipherSuites.checkSuites13(all)
        #expect(throws: ConfigurationError.self) { try CipherSuites.checkSuites13("TLS_AES_256_GCM_SHA384") }
        let unknown = #expect(throws: ConfigurationError.self) {
            try CipherSuites.checkSuites13(all + ":TLS_AES_128_CCM_SHA256")
        }
        #expect(unknown?.problem.hasPrefix("there is no cipher TLS_AES_128_CCM_SHA256 for TLS 1.3; ") == true)
    }
}
