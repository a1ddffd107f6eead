import ArgumentParser

/// The option that names a file of options. It is here for the help and for shells: ``ClientWords`` has read the file, and
/// taken the option away, before the parser sees the command line.
struct OptionsFileOption: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("options-file")],
        parsing: .unconditional,
        help: ArgumentHelp(
            "A file to read options from, one on each line, in place of the usual one.",
            valueName: "path"
        ),
        completion: .file()
    )
    var path: String?
}
