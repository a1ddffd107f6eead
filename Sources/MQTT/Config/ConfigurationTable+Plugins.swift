// Table: the options for plugins, of which some of mosquitto's own are built in.

extension ConfigurationTable {
    /// Begins a plugin at a path.
    private static func begin(_ use: PluginDraft.Use) -> ConfigurationOption.Action {
        .general { (draft, directive) throws(ConfigurationError) in
            let path = try ConfigurationValue.path("the path of a plugin").read(directive)
            draft.beginPlugin(PluginDraft(path: path, directive: directive), use)
        }
    }

    /// What extends mosquitto.
    static let plugins: [ConfigurationOption] = [
        ConfigurationOption.special(
            "plugin",
            older: ["auth_plugin"],
            .path("the path of a plugin"),
            default: .described("none"),
            reload: false,
            """
            A plugin of mosquitto, by the path of its file. Programs are not loaded. What mosquitto_password_file.so, \
            mosquitto_acl_file.so and mosquitto_persist_sqlite.so do is built in and is used instead. Any other one \
            gives a warning, and as it might have checked passwords, no client with a user name is let in, unless \
            there is a password_file.
            """,
            begin(.here)
        ).repeatable,
        ConfigurationOption.special(
            "global_plugin",
            .path("the path of a plugin"),
            default: .described("none"),
            reload: false,
            "As plugin, for all listeners even with per_listener_settings.",
            begin(.everywhere)
        ).repeatable,
        ConfigurationOption.special(
            "plugin_load",
            .text("a name, a space and the path of a plugin"),
            default: .described("none"),
            reload: false,
            "As plugin, but with a name before the path, and only for the listeners whose plugin_use gives the name.",
            .general { (draft, directive) throws(ConfigurationError) in
                let words = directive.words
                guard words.count >= 2 else { throw directive.badValue(allowed: "a name and the path of a plugin") }
                guard !draft.plugins.contains(where: { $0.name == words[0] }) else {
                    throw directive.error("\(directive.name) is \(words[0].shown); allowed is a name not used before")
                }
                let path = words.dropFirst().joined(separator: " ")
                draft.beginPlugin(PluginDraft(path: path, name: words[0], directive: directive), .whereNamed)
            }
        ).repeatable,
        ConfigurationOption.special(
            "plugin_use",
            .word("a name of a plugin_load before it", longest: 255),
            default: .described("none"),
            reload: false,
            "The name of a plugin_load that holds for the last listener.",
            .general { (draft, directive) throws(ConfigurationError) in
                let name = try ConfigurationValue.word("a name of a plugin_load before it", longest: 255).read(
                    directive
                )
                try draft.usePlugin(name, directive)
            }
        ).repeatable,
        .special(
            "plugin_opt_*",
            older: ["auth_opt_*"],
            .text("what the plugin takes"),
            default: .described("none"),
            reload: false,
            """
            What the last plugin is told. The built-in ones take password_file, acl_file, db_file, sync (off, normal, \
            full or extra), flush_period (seconds) and config_file; an unknown plugin's are not looked at.
            """,
            .plugin { (plugin, directive) throws(ConfigurationError) in
                let beginnings = ["plugin_opt_", "auth_opt_"]
                let beginning = beginnings.first { directive.name.hasPrefix($0) } ?? ""
                plugin.options[String(directive.name.dropFirst(beginning.count))] = directive
            }
        ),
        .special(
            "auth_plugin_deny_special_chars",
            .boolean,
            default: "true",
            reload: false,
            """
            Whether a user name or client identifier with + or # is kept away from access control patterns. It always \
            is; false gives a warning.
            """,
            .general { (draft, directive) throws(ConfigurationError) in
                guard try !ConfigurationValue.boolean.read(directive) else { return }
                let problem = "auth_plugin_deny_special_chars false has no effect: + and # are always denied"
                draft.warn(problem, at: directive, once: directive.name)
            }
        ),
    ]
}
