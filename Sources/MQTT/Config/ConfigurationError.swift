/// What is wrong with a configuration, a password file, an access control file or a certificate, and where.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file; `nil` where the problem is with a word of the command line.
    public var file: String?
    /// The line in the file, from 1; `nil` where the file as a whole is meant.
    public var line: Int?
    /// What is wrong, and what is allowed instead.
    public var problem: String

    /// An error at a line of a file, or without one.
    public init(_ problem: String, file: String? = nil, line: Int? = nil) {
        self.file = file
        self.line = line
        self.problem = problem
    }

    /// The place and the problem on one line, as in `tinymqtt.conf:3: …`; control characters of the file are written as
    /// numbers.
    public var description: String {
        switch (file, line) {
        case (let file?, let line?): "\(file):\(line): \(problem)".printable
        case (let file?, nil): "\(file): \(problem)".printable
        case (nil, _): problem.printable
        }
    }
}
