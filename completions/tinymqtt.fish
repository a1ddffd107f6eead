function __tinymqtt_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __tinymqtt_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __tinymqtt_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __tinymqtt_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __tinymqtt_parse_tokens -S
    set -l unparsed_tokens (__tinymqtt_tokens -pc)
    switch $unparsed_tokens[1]
    case 'tinymqtt'
        __tinymqtt_parse_subcommand 0 'help'
        switch $unparsed_tokens[1]
        case 'broker'
            __tinymqtt_parse_subcommand 0 'c/config-file=' 'host=' 'p/port=+' 'd/daemon' 'log-level=' 'v/verbose' 'q/quiet' 'store=' 'check-store=' 'test-config' 'tls-keylog=' 'h/help'
        case 'pub'
            __tinymqtt_parse_subcommand 0 'h/host=' 'p/port=' 'connect-timeout=' 'retry=' 'k/keepalive=' 'i/id=' 'u/username=' 'P/pw=' 'V/protocol-version=' 'c/disable-clean-session' 'x=' 'M=' 't/topic=' 'm/message=' 'f/file=' 's/stdin-file' 'l/stdin-line' 'n/null-message' 'repeat=' 'repeat-delay=' 'q/qos=' 'r/retain' 'will-topic=' 'will-payload=' 'will-qos=' 'will-retain' 'd/debug' 'quiet' 'log-level=' 'help'
        case 'sub'
            __tinymqtt_parse_subcommand 0 'h/host=' 'p/port=' 'connect-timeout=' 'retry=' 'k/keepalive=' 'i/id=' 'u/username=' 'P/pw=' 'V/protocol-version=' 'c/disable-clean-session' 'x=' 'M=' 't/topic=+' 'q/qos=' 'U/unsubscribe=+' 'T/filter-out=+' 'R' 'C=' 'W=' 'E' 'v/verbose' 'N' 'will-topic=' 'will-payload=' 'will-qos=' 'will-retain' 'd/debug' 'quiet' 'log-level=' 'help'
        case 'passwd'
            __tinymqtt_parse_subcommand -r 1 'c/create' 'b/batch' 'D/delete' 'U/upgrade' 'H/hash=' 'I/iterations=' 'help'
        case 'exit-codes'
            __tinymqtt_parse_subcommand 0 'help'
        case 'help'
            __tinymqtt_parse_subcommand -r 1 
        end
    end
end

function __tinymqtt_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __tinymqtt_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __tinymqtt_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __tinymqtt_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__tinymqtt_tokens -p)
    if test -z "$(__tinymqtt_tokens -t)"
        set -l index (count (__tinymqtt_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'tinymqtt' -f
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'broker' -d 'Run a broker.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'pub' -d 'Publish messages.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'sub' -d 'Subscribe, and print what arrives.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'passwd' -d 'Make and change password files.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'exit-codes' -d 'Print what the exit codes of all subcommands mean.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt broker" c config-file' -s 'c' -l 'config-file' -d 'The configuration, in the syntax of mosquitto.conf.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt broker" host' -l 'host' -d 'The address to listen on; 0.0.0.0 and :: let other machines connect (default: MQTT_BROKER_HOST, MQTT_HOST, or localhost). A configuration with listeners wins.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt broker"' -s 'p' -l 'port' -d 'A port to listen on, up to ten times; 0 lets the system choose (default: MQTT_BROKER_PORT, MQTT_PORT, or 1883). A configuration with listeners wins.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt broker" d daemon' -s 'd' -l 'daemon' -d 'Go to the background when the broker listens.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt broker" log-level' -l 'log-level' -d 'What to log: debug, info, notice, warning or error.' -rfka 'debug info notice warning error'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt broker" v verbose' -s 'v' -l 'verbose' -d 'Log everything, each packet and each subscription as well.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt broker" q quiet' -s 'q' -l 'quiet' -d 'Log nothing; wins over --verbose.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt broker" store' -l 'store' -d 'The file that sessions, their messages and retained messages are kept in, so that they survive the broker; the configuration\'s persistence is ignored.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt broker" check-store' -l 'check-store' -d 'Look over the store in this file, say what is in it and what is wrong with it, and end.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt broker" test-config' -l 'test-config' -d 'Read the configuration with all its files, say what is wrong with it, and end.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt broker" tls-keylog' -l 'tls-keylog' -d 'A file that the secrets of TLS connections are appended to, for tools that look into captured packets.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt broker" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" h host' -s 'h' -l 'host' -d 'The broker\'s host (default: MQTT_BROKER_HOST, MQTT_HOST, or localhost).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" p port' -s 'p' -l 'port' -d 'The broker\'s port (default: MQTT_BROKER_PORT, MQTT_PORT, or 1883).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" connect-timeout' -l 'connect-timeout' -d 'How long to wait until the broker has accepted the connection.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" retry' -l 'retry' -d 'How often to connect again: never, forever, or a number of times in a row (default: forever, but the first connection once).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" k keepalive' -s 'k' -l 'keepalive' -d 'After how much silence the connection is checked, from 5 to 65535.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" i id' -s 'i' -l 'id' -d 'The client identifier (default: MQTT_CLIENT_ID, or a new one).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" u username' -s 'u' -l 'username' -d 'The user name (default: MQTT_USERNAME).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" P pw' -s 'P' -l 'pw' -d 'The password (default: MQTT_PASSWORD, which other users cannot see).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" V protocol-version' -s 'V' -l 'protocol-version' -d 'The version of MQTT: 5, 311 or 31 (default: 311, and 5 with -x).' -rfka '5 311 31'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" c disable-clean-session' -s 'c' -l 'disable-clean-session' -d 'Go on with the session that the broker has, and have it kept.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" x' -s 'x' -d 'For how long the broker keeps the session; -1 for ever. Means MQTT 5.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" M' -s 'M' -d 'How many messages may be unacknowledged, each way in MQTT 5 (default: 20 to send, no limit to receive).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" t topic' -s 't' -l 'topic' -d 'The topic to publish to.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" m message' -s 'm' -l 'message' -d 'The payload itself.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" f file' -s 'f' -l 'file' -d 'A file whose content is the payload.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" s stdin-file' -s 's' -l 'stdin-file' -d 'All of standard input is the payload.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" l stdin-line' -s 'l' -l 'stdin-line' -d 'Each line of standard input is a message.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" n null-message' -s 'n' -l 'null-message' -d 'The payload is empty.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" repeat' -l 'repeat' -d 'How often to publish the message; not for -l.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" repeat-delay' -l 'repeat-delay' -d 'How long to wait between two of them.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" q qos' -s 'q' -l 'qos' -d 'How surely messages arrive: 0, 1 or 2.' -rfka '0 1 2'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" r retain' -s 'r' -l 'retain' -d 'Have the broker keep the message for those who subscribe later.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" will-topic' -l 'will-topic' -d 'The topic of the will.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" will-payload' -l 'will-payload' -d 'The payload of the will; empty without it.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" will-qos' -l 'will-qos' -d 'The QoS of the will: 0, 1 or 2.' -rfka '0 1 2'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" will-retain' -l 'will-retain' -d 'Have the broker retain the will.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" d debug' -s 'd' -l 'debug' -d 'Tell every packet; the same as --log-level debug.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" quiet' -l 'quiet' -d 'Tell nothing at run time, not even errors; the exit code does.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" log-level' -l 'log-level' -d 'What to tell: error, warning, notice, info or debug.' -rfka 'error warning notice info debug'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" h host' -s 'h' -l 'host' -d 'The broker\'s host (default: MQTT_BROKER_HOST, MQTT_HOST, or localhost).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" p port' -s 'p' -l 'port' -d 'The broker\'s port (default: MQTT_BROKER_PORT, MQTT_PORT, or 1883).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" connect-timeout' -l 'connect-timeout' -d 'How long to wait until the broker has accepted the connection.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" retry' -l 'retry' -d 'How often to connect again: never, forever, or a number of times in a row (default: forever, but the first connection once).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" k keepalive' -s 'k' -l 'keepalive' -d 'After how much silence the connection is checked, from 5 to 65535.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" i id' -s 'i' -l 'id' -d 'The client identifier (default: MQTT_CLIENT_ID, or a new one).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" u username' -s 'u' -l 'username' -d 'The user name (default: MQTT_USERNAME).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" P pw' -s 'P' -l 'pw' -d 'The password (default: MQTT_PASSWORD, which other users cannot see).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" V protocol-version' -s 'V' -l 'protocol-version' -d 'The version of MQTT: 5, 311 or 31 (default: 311, and 5 with -x).' -rfka '5 311 31'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" c disable-clean-session' -s 'c' -l 'disable-clean-session' -d 'Go on with the session that the broker has, and have it kept.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" x' -s 'x' -d 'For how long the broker keeps the session; -1 for ever. Means MQTT 5.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" M' -s 'M' -d 'How many messages may be unacknowledged, each way in MQTT 5 (default: 20 to send, no limit to receive).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub"' -s 't' -l 'topic' -d 'A topic filter to subscribe to; may be given several times.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" q qos' -s 'q' -l 'qos' -d 'The highest QoS at which messages arrive: 0, 1 or 2.' -rfka '0 1 2'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub"' -s 'U' -l 'unsubscribe' -d 'A topic filter to unsubscribe from; may be given several times.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub"' -s 'T' -l 'filter-out' -d 'Topics not to print; may be given several times.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" R' -s 'R' -d 'Do not print messages that the broker had retained.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" C' -s 'C' -d 'End after this many messages.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" W' -s 'W' -d 'End after this time, with exit code 27.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" E' -s 'E' -d 'End as soon as the subscriptions are made.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" v verbose' -s 'v' -l 'verbose' -d 'Print the topic before the payload.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" N' -s 'N' -d 'Print no line feed after a message.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" will-topic' -l 'will-topic' -d 'The topic of the will.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" will-payload' -l 'will-payload' -d 'The payload of the will; empty without it.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" will-qos' -l 'will-qos' -d 'The QoS of the will: 0, 1 or 2.' -rfka '0 1 2'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" will-retain' -l 'will-retain' -d 'Have the broker retain the will.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" d debug' -s 'd' -l 'debug' -d 'Tell every packet; the same as --log-level debug.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" quiet' -l 'quiet' -d 'Tell nothing at run time, not even errors; the exit code does.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" log-level' -l 'log-level' -d 'What to tell: error, warning, notice, info or debug.' -rfka 'error warning notice info debug'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt passwd" c create' -s 'c' -l 'create' -d 'Begin a new file; with - print the line instead.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt passwd" b batch' -s 'b' -l 'batch' -d 'Take the password from the command line.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt passwd" D delete' -s 'D' -l 'delete' -d 'Take the user away.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt passwd" U upgrade' -s 'U' -l 'upgrade' -d 'Hash the passwords that are plain text.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt passwd" H hash' -s 'H' -l 'hash' -d 'How to hash: argon2id, or sha512-pbkdf2 for mosquitto 2.0, or sha512 for mosquitto 1 (default: argon2id).' -rfka 'sha512 sha512-pbkdf2 argon2id'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt passwd" I iterations' -s 'I' -l 'iterations' -d 'How often sha512-pbkdf2 hashes, which it then does (default: 210000).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt passwd" -ge 1' -F
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt passwd" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt exit-codes" help' -l 'help' -d 'Show help information.'
