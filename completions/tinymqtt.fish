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
        __tinymqtt_parse_subcommand 0 'version' 'help'
        switch $unparsed_tokens[1]
        case 'broker'
            __tinymqtt_parse_subcommand 0 'c/config-file=' 'host=' 'p/port=+' 'd/daemon' 'log-level=' 'v/verbose' 'q/quiet' 'store=' 'check-store=' 'test-config' 'rooms' 'tls-keylog=' 'version' 'h/help'
        case 'pub'
            __tinymqtt_parse_subcommand 0 'h/host=' 'p/port=' 'unix=' 'L/url=' 'A/bind=' 'S/srv' 'ws' 'ws-path=' 'nodelay' 'proxy=' 'connect-timeout=' 'retry=' 'k/keepalive=' 'cafile=' 'capath=' 'tls-use-os-certs' 'cert=' 'key=' 'keyform=' 'ciphers=' 'tls-version=' 'tls-alpn=' 'insecure' 'no-tls' 'tls-keylog=' 'tls-engine=' 'tls-engine-kpass-sha1=' 'psk=' 'psk-identity=' 'i/id=' 'I/id-prefix=' 'u/username=' 'P/pw=' 'password-file=' 'V/protocol-version=' 'c/disable-clean-session' 'x/session-expiry=' 'M/max-inflight=' 't/topic=' 'm/message=' 'payload=' 'f/file=' 's/stdin-file' 'l/stdin-line' 'n/null-message' 'split=' 'json' 'repeat=' 'repeat-delay=' 'q/qos=' 'r/retain' 'W/timeout=' 'will-topic=' 'will-payload=' 'will-qos=' 'will-retain' 'D/property=+' 'd/debug' 'quiet' 'log-level=' 'o/options-file=' 'version' 'help'
        case 'sub'
            __tinymqtt_parse_subcommand 0 'h/host=' 'p/port=' 'unix=' 'L/url=' 'A/bind=' 'S/srv' 'ws' 'ws-path=' 'nodelay' 'proxy=' 'connect-timeout=' 'retry=' 'k/keepalive=' 'cafile=' 'capath=' 'tls-use-os-certs' 'cert=' 'key=' 'keyform=' 'ciphers=' 'tls-version=' 'tls-alpn=' 'insecure' 'no-tls' 'tls-keylog=' 'tls-engine=' 'tls-engine-kpass-sha1=' 'psk=' 'psk-identity=' 'i/id=' 'I/id-prefix=' 'u/username=' 'P/pw=' 'password-file=' 'V/protocol-version=' 'c/disable-clean-session' 'x/session-expiry=' 'M/max-inflight=' 't/topic=+' 'sub=+' 'q/qos=' 'U/unsubscribe=+' 'retain-as-published' 'retain-handling=' 'E/exit-after-subscribing' 'T/filter-out=+' 'R/no-retained' 'retained-only' 'remove-retained' 'random-filter=' 'C/count=' 'W/timeout=' 'v/verbose' 'F/format=' 'json' 'pretty' 'N/no-newline' 'w/watch' 'message-rate' 'exec=' 'jobs=' 'will-topic=' 'will-payload=' 'will-qos=' 'will-retain' 'D/property=+' 'd/debug' 'quiet' 'log-level=' 'o/options-file=' 'version' 'help'
        case 'rr'
            __tinymqtt_parse_subcommand 0 'h/host=' 'p/port=' 'unix=' 'L/url=' 'A/bind=' 'S/srv' 'ws' 'ws-path=' 'nodelay' 'proxy=' 'connect-timeout=' 'retry=' 'k/keepalive=' 'cafile=' 'capath=' 'tls-use-os-certs' 'cert=' 'key=' 'keyform=' 'ciphers=' 'tls-version=' 'tls-alpn=' 'insecure' 'no-tls' 'tls-keylog=' 'tls-engine=' 'tls-engine-kpass-sha1=' 'psk=' 'psk-identity=' 'i/id=' 'I/id-prefix=' 'u/username=' 'P/pw=' 'password-file=' 'V/protocol-version=' 'c/disable-clean-session' 'x/session-expiry=' 'M/max-inflight=' 't/topic=' 'e/response-topic=' 'm/message=' 'payload=' 'f/file=' 's/stdin-file' 'l/stdin-line' 'n/null-message' 'q/qos=' 'r/retain' 'C/count=' 'W/timeout=' 'no-correlation' 'latency' 'R/no-retained' 'retain-as-published' 'retain-handling=' 'v/verbose' 'F/format=' 'json' 'pretty' 'N/no-newline' 'will-topic=' 'will-payload=' 'will-qos=' 'will-retain' 'D/property=+' 'd/debug' 'quiet' 'log-level=' 'o/options-file=' 'version' 'help'
        case 'get'
            __tinymqtt_parse_subcommand -r 1 'h/host=' 'p/port=' 'unix=' 'L/url=' 'A/bind=' 'S/srv' 'ws' 'ws-path=' 'nodelay' 'proxy=' 'connect-timeout=' 'retry=' 'k/keepalive=' 'cafile=' 'capath=' 'tls-use-os-certs' 'cert=' 'key=' 'keyform=' 'ciphers=' 'tls-version=' 'tls-alpn=' 'insecure' 'no-tls' 'tls-keylog=' 'tls-engine=' 'tls-engine-kpass-sha1=' 'psk=' 'psk-identity=' 'i/id=' 'I/id-prefix=' 'u/username=' 'P/pw=' 'password-file=' 'V/protocol-version=' 'c/disable-clean-session' 'x/session-expiry=' 'M/max-inflight=' 'W/timeout=' 'v/verbose' 'F/format=' 'json' 'pretty' 'N/no-newline' 'd/debug' 'quiet' 'log-level=' 'version' 'help'
        case 'ping'
            __tinymqtt_parse_subcommand 0 'h/host=' 'p/port=' 'unix=' 'L/url=' 'A/bind=' 'S/srv' 'ws' 'ws-path=' 'nodelay' 'proxy=' 'connect-timeout=' 'retry=' 'k/keepalive=' 'cafile=' 'capath=' 'tls-use-os-certs' 'cert=' 'key=' 'keyform=' 'ciphers=' 'tls-version=' 'tls-alpn=' 'insecure' 'no-tls' 'tls-keylog=' 'tls-engine=' 'tls-engine-kpass-sha1=' 'psk=' 'psk-identity=' 'i/id=' 'I/id-prefix=' 'u/username=' 'P/pw=' 'password-file=' 'V/protocol-version=' 'c/disable-clean-session' 'x/session-expiry=' 'M/max-inflight=' 'C/count=' 'interval=' 'W/timeout=' 'json' 'd/debug' 'quiet' 'log-level=' 'version' 'help'
        case 'room-server'
            __tinymqtt_parse_subcommand 0 'h/host=' 'p/port=' 'unix=' 'L/url=' 'A/bind=' 'S/srv' 'ws' 'ws-path=' 'nodelay' 'proxy=' 'connect-timeout=' 'retry=' 'k/keepalive=' 'cafile=' 'capath=' 'tls-use-os-certs' 'cert=' 'key=' 'keyform=' 'ciphers=' 'tls-version=' 'tls-alpn=' 'insecure' 'no-tls' 'tls-keylog=' 'tls-engine=' 'tls-engine-kpass-sha1=' 'psk=' 'psk-identity=' 'i/id=' 'I/id-prefix=' 'u/username=' 'P/pw=' 'password-file=' 'V/protocol-version=' 'c/disable-clean-session' 'x/session-expiry=' 'M/max-inflight=' 'prefix=' 'status' 'json' 'timeout=' 'd/debug' 'quiet' 'log-level=' 'version' 'help'
        case 'join'
            __tinymqtt_parse_subcommand 0 'h/host=' 'p/port=' 'unix=' 'L/url=' 'A/bind=' 'S/srv' 'ws' 'ws-path=' 'nodelay' 'proxy=' 'connect-timeout=' 'retry=' 'k/keepalive=' 'cafile=' 'capath=' 'tls-use-os-certs' 'cert=' 'key=' 'keyform=' 'ciphers=' 'tls-version=' 'tls-alpn=' 'insecure' 'no-tls' 'tls-keylog=' 'tls-engine=' 'tls-engine-kpass-sha1=' 'psk=' 'psk-identity=' 'i/id=' 'I/id-prefix=' 'u/username=' 'P/pw=' 'password-file=' 'V/protocol-version=' 'c/disable-clean-session' 'x/session-expiry=' 'M/max-inflight=' 'client-id=' 'room=+' 'q/qos=' 'json' 'prefix=' 'd/debug' 'quiet' 'log-level=' 'version' 'help'
        case 'send-room'
            __tinymqtt_parse_subcommand 0 'h/host=' 'p/port=' 'unix=' 'L/url=' 'A/bind=' 'S/srv' 'ws' 'ws-path=' 'nodelay' 'proxy=' 'connect-timeout=' 'retry=' 'k/keepalive=' 'cafile=' 'capath=' 'tls-use-os-certs' 'cert=' 'key=' 'keyform=' 'ciphers=' 'tls-version=' 'tls-alpn=' 'insecure' 'no-tls' 'tls-keylog=' 'tls-engine=' 'tls-engine-kpass-sha1=' 'psk=' 'psk-identity=' 'i/id=' 'I/id-prefix=' 'u/username=' 'P/pw=' 'password-file=' 'V/protocol-version=' 'c/disable-clean-session' 'x/session-expiry=' 'M/max-inflight=' 'room=' 'm/message=' 'q/qos=' 'timeout=' 'json' 'prefix=' 'd/debug' 'quiet' 'log-level=' 'version' 'help'
        case 'send-client'
            __tinymqtt_parse_subcommand 0 'h/host=' 'p/port=' 'unix=' 'L/url=' 'A/bind=' 'S/srv' 'ws' 'ws-path=' 'nodelay' 'proxy=' 'connect-timeout=' 'retry=' 'k/keepalive=' 'cafile=' 'capath=' 'tls-use-os-certs' 'cert=' 'key=' 'keyform=' 'ciphers=' 'tls-version=' 'tls-alpn=' 'insecure' 'no-tls' 'tls-keylog=' 'tls-engine=' 'tls-engine-kpass-sha1=' 'psk=' 'psk-identity=' 'i/id=' 'I/id-prefix=' 'u/username=' 'P/pw=' 'password-file=' 'V/protocol-version=' 'c/disable-clean-session' 'x/session-expiry=' 'M/max-inflight=' 'client-id=' 'room=' 'm/message=' 'q/qos=' 'timeout=' 'json' 'prefix=' 'd/debug' 'quiet' 'log-level=' 'version' 'help'
        case 'chat-server'
            __tinymqtt_parse_subcommand 2 'h/host=' 'p/port=' 'unix=' 'L/url=' 'A/bind=' 'S/srv' 'ws' 'ws-path=' 'nodelay' 'proxy=' 'connect-timeout=' 'retry=' 'k/keepalive=' 'cafile=' 'capath=' 'tls-use-os-certs' 'cert=' 'key=' 'keyform=' 'ciphers=' 'tls-version=' 'tls-alpn=' 'insecure' 'no-tls' 'tls-keylog=' 'tls-engine=' 'tls-engine-kpass-sha1=' 'psk=' 'psk-identity=' 'i/id=' 'I/id-prefix=' 'u/username=' 'P/pw=' 'password-file=' 'V/protocol-version=' 'c/disable-clean-session' 'x/session-expiry=' 'M/max-inflight=' 'history=' 'store=' 'timeout=' 'rate=' 'q/qos=' 'd/debug' 'quiet' 'log-level=' 'version' 'help'
        case 'chat'
            __tinymqtt_parse_subcommand 2 'h/host=' 'p/port=' 'unix=' 'L/url=' 'A/bind=' 'S/srv' 'ws' 'ws-path=' 'nodelay' 'proxy=' 'connect-timeout=' 'retry=' 'k/keepalive=' 'cafile=' 'capath=' 'tls-use-os-certs' 'cert=' 'key=' 'keyform=' 'ciphers=' 'tls-version=' 'tls-alpn=' 'insecure' 'no-tls' 'tls-keylog=' 'tls-engine=' 'tls-engine-kpass-sha1=' 'psk=' 'psk-identity=' 'i/id=' 'u=' 'P/pw=' 'V/protocol-version=' 'username=' 't/topic=' 'read-only' 'heartbeat=' 'timeout=' 'rate=' 'q/qos=' 'json' 'd/debug' 'quiet' 'log-level=' 'version' 'help'
        case 'shell'
            __tinymqtt_parse_subcommand -r 1 'c/command=+' 'keep-going' 'version' 'help'
        case 'passwd'
            __tinymqtt_parse_subcommand -r 1 'c/create' 'b/batch' 'D/delete' 'U/upgrade' 'H/hash=' 'I/iterations=' 'version' 'help'
        case 'exit-codes'
            __tinymqtt_parse_subcommand 0 'version' 'help'
        case 'help'
            __tinymqtt_parse_subcommand -r 1 'version'
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
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt" version' -l 'version' -d 'Show the version.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'broker' -d 'Run a broker.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'pub' -d 'Publish messages.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'sub' -d 'Subscribe, and print what arrives.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'rr' -d 'Publish a request, and print the response.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'get' -d 'Print what the broker has retained.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'ping' -d 'Check what a broker can do, and how fast it is.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'room-server' -d 'Run a room server on a broker.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'join' -d 'Join rooms, and print what is sent to them.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'send-room' -d 'Send a message to all members of a room.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'send-client' -d 'Send a message to one member of a room.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'chat-server' -d 'Run a chat server on a broker.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'chat' -d 'Talk with others.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt" -eq 1' -fa 'shell' -d 'Work with brokers at a prompt.'
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
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt broker" rooms' -l 'rooms' -d 'Run a room server in this process as well: see room-server, join and send-room.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt broker" tls-keylog' -l 'tls-keylog' -d 'A file that the secrets of TLS connections are appended to, for tools that look into captured packets.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt broker" version' -l 'version' -d 'Show the version.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt broker" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" h host' -s 'h' -l 'host' -d 'The broker\'s host (default: MQTT_BROKER_HOST, MQTT_HOST, or localhost).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" p port' -s 'p' -l 'port' -d 'The broker\'s port (default: MQTT_BROKER_PORT, MQTT_PORT, or 1883; with TLS 8883).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" unix' -l 'unix' -d 'The Unix socket on which the broker listens.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" L url' -s 'L' -l 'url' -d 'All in one: mqtt, mqtts, ws or wss, then ://[user[:password]@]host[:port]/topic.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" A bind' -s 'A' -l 'bind' -d 'The address of this machine that connections come from.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" S srv' -s 'S' -l 'srv' -d 'Look up the broker of the host\'s domain in its service records (DNS SRV).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" ws' -l 'ws' -d 'Speak MQTT in a WebSocket.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" ws-path' -l 'ws-path' -d 'The path of the WebSocket.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" nodelay' -l 'nodelay' -d 'Accepted: what is written always leaves at once (TCP_NODELAY).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" proxy' -l 'proxy' -d 'A SOCKS proxy: socks5h://[user[:password]@]host[:port].' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" connect-timeout' -l 'connect-timeout' -d 'How long to wait until the broker has accepted the connection.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" retry' -l 'retry' -d 'How often to connect again: never, forever, or a number of times in a row (default: forever, but the first connection once).' -rfka 'never forever'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" k keepalive' -s 'k' -l 'keepalive' -d 'After how much silence the connection is checked, from 5 to 65535.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" cafile' -l 'cafile' -d 'Authorities to trust: a file of certificates. Means TLS.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" capath' -l 'capath' -d 'Authorities to trust: a directory of certificates. Means TLS.' -rfa '(__tinymqtt_complete_directories)'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" tls-use-os-certs' -l 'tls-use-os-certs' -d 'Trust the system\'s authorities. Means TLS; so do port 8883, and mqtts and wss in --url.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" cert' -l 'cert' -d 'The client\'s certificate, with --key.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" key' -l 'key' -d 'The private key of --cert.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" keyform' -l 'keyform' -d 'The kind of --key: pem; engines are OpenSSL\'s and not here.' -rfka 'pem'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" ciphers' -l 'ciphers' -d 'The cipher suites of TLS 1.2, in OpenSSL\'s notation.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" tls-version' -l 'tls-version' -d 'The oldest version of TLS to speak: tlsv1.3 or tlsv1.2.' -rfka 'tlsv1.2 tlsv1.3'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" tls-alpn' -l 'tls-alpn' -d 'The protocol to ask for (ALPN).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" insecure' -l 'insecure' -d 'Trust any certificate: whoever listens there can read everything.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" no-tls' -l 'no-tls' -d 'No TLS, whatever else says so.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" tls-keylog' -l 'tls-keylog' -d 'A file to append the secrets of TLS to, for Wireshark.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" tls-engine' -l 'tls-engine' -d 'Refused: engines are OpenSSL\'s.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" tls-engine-kpass-sha1' -l 'tls-engine-kpass-sha1' -d 'Refused with --tls-engine.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" psk' -l 'psk' -d 'A pre-shared key in hexadecimal digits, with --psk-identity. Means TLS.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" psk-identity' -l 'psk-identity' -d 'The name under which the broker knows the pre-shared key.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" i id' -s 'i' -l 'id' -d 'The client identifier (default: MQTT_CLIENT_ID, or a new one).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" I id-prefix' -s 'I' -l 'id-prefix' -d 'The beginning of the client identifier; the number of the process follows.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" u username' -s 'u' -l 'username' -d 'The user name (default: MQTT_USERNAME).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" P pw' -s 'P' -l 'pw' -d 'The password; a dash asks for it (default: MQTT_PASSWORD, which other users cannot see).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" password-file' -l 'password-file' -d 'A file whose first line is the password.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" V protocol-version' -s 'V' -l 'protocol-version' -d 'The version of MQTT: 5, 311 or 31 (default: 311; 5 with -x or -D).' -rfka '5 311 31'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" c disable-clean-session' -s 'c' -l 'disable-clean-session' -d 'Go on with the session that the broker has, and have it kept.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" session-expiry x' -s 'x' -l 'session-expiry' -d 'For how long the broker keeps the session; -1 for ever. Means MQTT 5.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" M max-inflight' -s 'M' -l 'max-inflight' -d 'How many messages may be unacknowledged, each way in MQTT 5 (default: 20 to send, no limit to receive).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" t topic' -s 't' -l 'topic' -d 'The topic to publish to; --url and the lines of --split and --json have one too.' -rfka '(__tinymqtt_custom_completion ---completion pub -- --topic (count (__tinymqtt_tokens -pc)) (__tinymqtt_tokens -tC))'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" m message' -s 'm' -l 'message' -d 'The payload itself.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" payload' -l 'payload' -d 'The payload as hex:…, base64:…, @file, or text; text:… is always text.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" f file' -s 'f' -l 'file' -d 'A file whose content is the payload.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" s stdin-file' -s 's' -l 'stdin-file' -d 'All of standard input is the payload.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" l stdin-line' -s 'l' -l 'stdin-line' -d 'Each line of standard input is a message.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" n null-message' -s 'n' -l 'null-message' -d 'The payload is empty.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" split' -l 'split' -d 'With -l: each line is a topic, this separator, and the payload.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" json' -l 'json' -d 'With -l: each line is a JSON object like those of sub --json.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" repeat' -l 'repeat' -d 'How often to publish the message; not for -l.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" repeat-delay' -l 'repeat-delay' -d 'How long to wait between two of them.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" q qos' -s 'q' -l 'qos' -d 'How surely messages arrive: 0, 1 or 2.' -rfka '0 1 2'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" r retain' -s 'r' -l 'retain' -d 'Have the broker keep the message for those who subscribe later.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" W timeout' -s 'W' -l 'timeout' -d 'End after this time, with exit code 27.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" will-topic' -l 'will-topic' -d 'The topic of the will.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" will-payload' -l 'will-payload' -d 'The payload of the will; empty without it.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" will-qos' -l 'will-qos' -d 'The QoS of the will: 0, 1 or 2.' -rfka '0 1 2'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" will-retain' -l 'will-retain' -d 'Have the broker retain the will.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub"' -s 'D' -l 'property' -d 'A property: its packet, its name and its value, for example: publish content-type text/plain. May be given several times, and means MQTT 5.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" d debug' -s 'd' -l 'debug' -d 'Tell every packet; the same as --log-level debug.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" quiet' -l 'quiet' -d 'Tell nothing at run time, not even errors; the exit code does.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" log-level' -l 'log-level' -d 'What to tell: error, warning, notice, info or debug.' -rfka 'error warning notice info debug'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" o options-file' -s 'o' -l 'options-file' -d 'A file to read options from, one on each line, in place of the usual one.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" version' -l 'version' -d 'Show the version.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt pub" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" h host' -s 'h' -l 'host' -d 'The broker\'s host (default: MQTT_BROKER_HOST, MQTT_HOST, or localhost).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" p port' -s 'p' -l 'port' -d 'The broker\'s port (default: MQTT_BROKER_PORT, MQTT_PORT, or 1883; with TLS 8883).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" unix' -l 'unix' -d 'The Unix socket on which the broker listens.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" L url' -s 'L' -l 'url' -d 'All in one: mqtt, mqtts, ws or wss, then ://[user[:password]@]host[:port]/topic.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" A bind' -s 'A' -l 'bind' -d 'The address of this machine that connections come from.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" S srv' -s 'S' -l 'srv' -d 'Look up the broker of the host\'s domain in its service records (DNS SRV).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" ws' -l 'ws' -d 'Speak MQTT in a WebSocket.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" ws-path' -l 'ws-path' -d 'The path of the WebSocket.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" nodelay' -l 'nodelay' -d 'Accepted: what is written always leaves at once (TCP_NODELAY).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" proxy' -l 'proxy' -d 'A SOCKS proxy: socks5h://[user[:password]@]host[:port].' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" connect-timeout' -l 'connect-timeout' -d 'How long to wait until the broker has accepted the connection.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" retry' -l 'retry' -d 'How often to connect again: never, forever, or a number of times in a row (default: forever, but the first connection once).' -rfka 'never forever'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" k keepalive' -s 'k' -l 'keepalive' -d 'After how much silence the connection is checked, from 5 to 65535.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" cafile' -l 'cafile' -d 'Authorities to trust: a file of certificates. Means TLS.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" capath' -l 'capath' -d 'Authorities to trust: a directory of certificates. Means TLS.' -rfa '(__tinymqtt_complete_directories)'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" tls-use-os-certs' -l 'tls-use-os-certs' -d 'Trust the system\'s authorities. Means TLS; so do port 8883, and mqtts and wss in --url.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" cert' -l 'cert' -d 'The client\'s certificate, with --key.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" key' -l 'key' -d 'The private key of --cert.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" keyform' -l 'keyform' -d 'The kind of --key: pem; engines are OpenSSL\'s and not here.' -rfka 'pem'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" ciphers' -l 'ciphers' -d 'The cipher suites of TLS 1.2, in OpenSSL\'s notation.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" tls-version' -l 'tls-version' -d 'The oldest version of TLS to speak: tlsv1.3 or tlsv1.2.' -rfka 'tlsv1.2 tlsv1.3'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" tls-alpn' -l 'tls-alpn' -d 'The protocol to ask for (ALPN).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" insecure' -l 'insecure' -d 'Trust any certificate: whoever listens there can read everything.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" no-tls' -l 'no-tls' -d 'No TLS, whatever else says so.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" tls-keylog' -l 'tls-keylog' -d 'A file to append the secrets of TLS to, for Wireshark.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" tls-engine' -l 'tls-engine' -d 'Refused: engines are OpenSSL\'s.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" tls-engine-kpass-sha1' -l 'tls-engine-kpass-sha1' -d 'Refused with --tls-engine.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" psk' -l 'psk' -d 'A pre-shared key in hexadecimal digits, with --psk-identity. Means TLS.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" psk-identity' -l 'psk-identity' -d 'The name under which the broker knows the pre-shared key.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" i id' -s 'i' -l 'id' -d 'The client identifier (default: MQTT_CLIENT_ID, or a new one).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" I id-prefix' -s 'I' -l 'id-prefix' -d 'The beginning of the client identifier; the number of the process follows.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" u username' -s 'u' -l 'username' -d 'The user name (default: MQTT_USERNAME).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" P pw' -s 'P' -l 'pw' -d 'The password; a dash asks for it (default: MQTT_PASSWORD, which other users cannot see).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" password-file' -l 'password-file' -d 'A file whose first line is the password.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" V protocol-version' -s 'V' -l 'protocol-version' -d 'The version of MQTT: 5, 311 or 31 (default: 311; 5 with -x or -D).' -rfka '5 311 31'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" c disable-clean-session' -s 'c' -l 'disable-clean-session' -d 'Go on with the session that the broker has, and have it kept.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" session-expiry x' -s 'x' -l 'session-expiry' -d 'For how long the broker keeps the session; -1 for ever. Means MQTT 5.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" M max-inflight' -s 'M' -l 'max-inflight' -d 'How many messages may be unacknowledged, each way in MQTT 5 (default: 20 to send, no limit to receive).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub"' -s 't' -l 'topic' -d 'A topic filter to subscribe to; may be given several times.' -rfka '(__tinymqtt_custom_completion ---completion sub -- --topic (count (__tinymqtt_tokens -pc)) (__tinymqtt_tokens -tC))'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub"' -l 'sub' -d 'A topic filter with a QoS of its own; may be given several times.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" q qos' -s 'q' -l 'qos' -d 'The highest QoS at which messages arrive: 0, 1 or 2.' -rfka '0 1 2'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub"' -s 'U' -l 'unsubscribe' -d 'A topic filter to unsubscribe from; may be given several times.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" retain-as-published' -l 'retain-as-published' -d 'Messages keep the retain flag with which they were published; MQTT 5.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" retain-handling' -l 'retain-handling' -d 'When to fetch retained messages: always, new (subscriptions) or never; MQTT 5.' -rfka 'always new never'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" E exit-after-subscribing' -s 'E' -l 'exit-after-subscribing' -d 'End as soon as the subscriptions are made.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub"' -s 'T' -l 'filter-out' -d 'Topics not to print; may be given several times.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" R no-retained' -s 'R' -l 'no-retained' -d 'Do not print messages that the broker had retained.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" retained-only' -l 'retained-only' -d 'Print only messages that the broker had retained, and end at the first other one.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" remove-retained' -l 'remove-retained' -d 'Have the broker forget each retained message that arrives and is not hidden by -T.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" random-filter' -l 'random-filter' -d 'Print about so many of a hundred messages, chosen at random.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" C count' -s 'C' -l 'count' -d 'End after this many messages.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" W timeout' -s 'W' -l 'timeout' -d 'End after this time, with exit code 27.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" v verbose' -s 'v' -l 'verbose' -d 'Print the topic before the payload.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" F format' -s 'F' -l 'format' -d 'Print each message in this format; see the manual page for its codes.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" json' -l 'json' -d 'Print each message as a line of JSON, binary payloads in Base64.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" pretty' -l 'pretty' -d 'Print the JSON of -F in lines with indentation.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" N no-newline' -s 'N' -l 'no-newline' -d 'Print no line feed after a message.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" w watch' -s 'w' -l 'watch' -d 'Show the last message of each topic in a line of the screen.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" message-rate' -l 'message-rate' -d 'Print how many messages come in each second, and not the messages.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" exec' -l 'exec' -d 'Run a command of the shell for each message: its payload is the input, MQTT_TOPIC and others the environment.' -rfka '(compgen -c)'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" jobs' -l 'jobs' -d 'How many commands run at a time; with 1 in the order of the messages.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" will-topic' -l 'will-topic' -d 'The topic of the will.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" will-payload' -l 'will-payload' -d 'The payload of the will; empty without it.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" will-qos' -l 'will-qos' -d 'The QoS of the will: 0, 1 or 2.' -rfka '0 1 2'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" will-retain' -l 'will-retain' -d 'Have the broker retain the will.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub"' -s 'D' -l 'property' -d 'A property: its packet, its name and its value, for example: publish content-type text/plain. May be given several times, and means MQTT 5.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" d debug' -s 'd' -l 'debug' -d 'Tell every packet; the same as --log-level debug.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" quiet' -l 'quiet' -d 'Tell nothing at run time, not even errors; the exit code does.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" log-level' -l 'log-level' -d 'What to tell: error, warning, notice, info or debug.' -rfka 'error warning notice info debug'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" o options-file' -s 'o' -l 'options-file' -d 'A file to read options from, one on each line, in place of the usual one.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" version' -l 'version' -d 'Show the version.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt sub" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" h host' -s 'h' -l 'host' -d 'The broker\'s host (default: MQTT_BROKER_HOST, MQTT_HOST, or localhost).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" p port' -s 'p' -l 'port' -d 'The broker\'s port (default: MQTT_BROKER_PORT, MQTT_PORT, or 1883; with TLS 8883).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" unix' -l 'unix' -d 'The Unix socket on which the broker listens.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" L url' -s 'L' -l 'url' -d 'All in one: mqtt, mqtts, ws or wss, then ://[user[:password]@]host[:port]/topic.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" A bind' -s 'A' -l 'bind' -d 'The address of this machine that connections come from.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" S srv' -s 'S' -l 'srv' -d 'Look up the broker of the host\'s domain in its service records (DNS SRV).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" ws' -l 'ws' -d 'Speak MQTT in a WebSocket.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" ws-path' -l 'ws-path' -d 'The path of the WebSocket.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" nodelay' -l 'nodelay' -d 'Accepted: what is written always leaves at once (TCP_NODELAY).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" proxy' -l 'proxy' -d 'A SOCKS proxy: socks5h://[user[:password]@]host[:port].' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" connect-timeout' -l 'connect-timeout' -d 'How long to wait until the broker has accepted the connection.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" retry' -l 'retry' -d 'How often to connect again: never, forever, or a number of times in a row (default: forever, but the first connection once).' -rfka 'never forever'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" k keepalive' -s 'k' -l 'keepalive' -d 'After how much silence the connection is checked, from 5 to 65535.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" cafile' -l 'cafile' -d 'Authorities to trust: a file of certificates. Means TLS.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" capath' -l 'capath' -d 'Authorities to trust: a directory of certificates. Means TLS.' -rfa '(__tinymqtt_complete_directories)'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" tls-use-os-certs' -l 'tls-use-os-certs' -d 'Trust the system\'s authorities. Means TLS; so do port 8883, and mqtts and wss in --url.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" cert' -l 'cert' -d 'The client\'s certificate, with --key.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" key' -l 'key' -d 'The private key of --cert.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" keyform' -l 'keyform' -d 'The kind of --key: pem; engines are OpenSSL\'s and not here.' -rfka 'pem'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" ciphers' -l 'ciphers' -d 'The cipher suites of TLS 1.2, in OpenSSL\'s notation.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" tls-version' -l 'tls-version' -d 'The oldest version of TLS to speak: tlsv1.3 or tlsv1.2.' -rfka 'tlsv1.2 tlsv1.3'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" tls-alpn' -l 'tls-alpn' -d 'The protocol to ask for (ALPN).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" insecure' -l 'insecure' -d 'Trust any certificate: whoever listens there can read everything.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" no-tls' -l 'no-tls' -d 'No TLS, whatever else says so.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" tls-keylog' -l 'tls-keylog' -d 'A file to append the secrets of TLS to, for Wireshark.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" tls-engine' -l 'tls-engine' -d 'Refused: engines are OpenSSL\'s.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" tls-engine-kpass-sha1' -l 'tls-engine-kpass-sha1' -d 'Refused with --tls-engine.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" psk' -l 'psk' -d 'A pre-shared key in hexadecimal digits, with --psk-identity. Means TLS.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" psk-identity' -l 'psk-identity' -d 'The name under which the broker knows the pre-shared key.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" i id' -s 'i' -l 'id' -d 'The client identifier (default: MQTT_CLIENT_ID, or a new one).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" I id-prefix' -s 'I' -l 'id-prefix' -d 'The beginning of the client identifier; the number of the process follows.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" u username' -s 'u' -l 'username' -d 'The user name (default: MQTT_USERNAME).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" P pw' -s 'P' -l 'pw' -d 'The password; a dash asks for it (default: MQTT_PASSWORD, which other users cannot see).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" password-file' -l 'password-file' -d 'A file whose first line is the password.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" V protocol-version' -s 'V' -l 'protocol-version' -d 'The version of MQTT: 5, 311 or 31 (default: 311; 5 with -x or -D).' -rfka '5 311 31'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" c disable-clean-session' -s 'c' -l 'disable-clean-session' -d 'Go on with the session that the broker has, and have it kept.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" session-expiry x' -s 'x' -l 'session-expiry' -d 'For how long the broker keeps the session; -1 for ever. Means MQTT 5.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" M max-inflight' -s 'M' -l 'max-inflight' -d 'How many messages may be unacknowledged, each way in MQTT 5 (default: 20 to send, no limit to receive).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" t topic' -s 't' -l 'topic' -d 'The topic to publish the request to; --url has one too.' -rfka '(__tinymqtt_custom_completion ---completion rr -- --topic (count (__tinymqtt_tokens -pc)) (__tinymqtt_tokens -tC))'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" e response-topic' -s 'e' -l 'response-topic' -d 'The topic on which the response is awaited (default: one that nobody else has).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" m message' -s 'm' -l 'message' -d 'The payload itself.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" payload' -l 'payload' -d 'The payload as hex:…, base64:…, @file, or text; text:… is always text.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" f file' -s 'f' -l 'file' -d 'A file whose content is the payload.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" s stdin-file' -s 's' -l 'stdin-file' -d 'All of standard input is the payload.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" l stdin-line' -s 'l' -l 'stdin-line' -d 'Each line of standard input is a message.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" n null-message' -s 'n' -l 'null-message' -d 'The payload is empty.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" q qos' -s 'q' -l 'qos' -d 'How surely the request and the response arrive: 0, 1 or 2.' -rfka '0 1 2'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" r retain' -s 'r' -l 'retain' -d 'Have the broker keep the request for those who subscribe later.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" C count' -s 'C' -l 'count' -d 'How many responses to await to each request.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" W timeout' -s 'W' -l 'timeout' -d 'End after this time, with exit code 27.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" no-correlation' -l 'no-correlation' -d 'Send no correlation data, and take whatever arrives on the response topic for the response.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" latency' -l 'latency' -d 'Print how long the response took instead of the response.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" R no-retained' -s 'R' -l 'no-retained' -d 'Do not take messages that the broker had retained.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" retain-as-published' -l 'retain-as-published' -d 'Messages keep the retain flag with which they were published; MQTT 5.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" retain-handling' -l 'retain-handling' -d 'When to fetch retained messages: always, new (subscriptions) or never; MQTT 5.' -rfka 'always new never'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" v verbose' -s 'v' -l 'verbose' -d 'Print the topic before the payload.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" F format' -s 'F' -l 'format' -d 'Print each message in this format; see the manual page for its codes.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" json' -l 'json' -d 'Print each message as a line of JSON, binary payloads in Base64.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" pretty' -l 'pretty' -d 'Print the JSON of -F in lines with indentation.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" N no-newline' -s 'N' -l 'no-newline' -d 'Print no line feed after a message.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" will-topic' -l 'will-topic' -d 'The topic of the will.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" will-payload' -l 'will-payload' -d 'The payload of the will; empty without it.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" will-qos' -l 'will-qos' -d 'The QoS of the will: 0, 1 or 2.' -rfka '0 1 2'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" will-retain' -l 'will-retain' -d 'Have the broker retain the will.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr"' -s 'D' -l 'property' -d 'A property: its packet, its name and its value, for example: publish content-type text/plain. May be given several times, and means MQTT 5.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" d debug' -s 'd' -l 'debug' -d 'Tell every packet; the same as --log-level debug.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" quiet' -l 'quiet' -d 'Tell nothing at run time, not even errors; the exit code does.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" log-level' -l 'log-level' -d 'What to tell: error, warning, notice, info or debug.' -rfka 'error warning notice info debug'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" o options-file' -s 'o' -l 'options-file' -d 'A file to read options from, one on each line, in place of the usual one.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" version' -l 'version' -d 'Show the version.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt rr" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt get" -ge 1' -fka '(__tinymqtt_custom_completion ---completion get -- positional@0 (count (__tinymqtt_tokens -pc)) (__tinymqtt_tokens -tC))'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" h host' -s 'h' -l 'host' -d 'The broker\'s host (default: MQTT_BROKER_HOST, MQTT_HOST, or localhost).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" p port' -s 'p' -l 'port' -d 'The broker\'s port (default: MQTT_BROKER_PORT, MQTT_PORT, or 1883; with TLS 8883).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" unix' -l 'unix' -d 'The Unix socket on which the broker listens.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" L url' -s 'L' -l 'url' -d 'All in one: mqtt, mqtts, ws or wss, then ://[user[:password]@]host[:port]/topic.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" A bind' -s 'A' -l 'bind' -d 'The address of this machine that connections come from.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" S srv' -s 'S' -l 'srv' -d 'Look up the broker of the host\'s domain in its service records (DNS SRV).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" ws' -l 'ws' -d 'Speak MQTT in a WebSocket.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" ws-path' -l 'ws-path' -d 'The path of the WebSocket.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" nodelay' -l 'nodelay' -d 'Accepted: what is written always leaves at once (TCP_NODELAY).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" proxy' -l 'proxy' -d 'A SOCKS proxy: socks5h://[user[:password]@]host[:port].' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" connect-timeout' -l 'connect-timeout' -d 'How long to wait until the broker has accepted the connection.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" retry' -l 'retry' -d 'How often to connect again: never, forever, or a number of times in a row (default: forever, but the first connection once).' -rfka 'never forever'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" k keepalive' -s 'k' -l 'keepalive' -d 'After how much silence the connection is checked, from 5 to 65535.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" cafile' -l 'cafile' -d 'Authorities to trust: a file of certificates. Means TLS.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" capath' -l 'capath' -d 'Authorities to trust: a directory of certificates. Means TLS.' -rfa '(__tinymqtt_complete_directories)'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" tls-use-os-certs' -l 'tls-use-os-certs' -d 'Trust the system\'s authorities. Means TLS; so do port 8883, and mqtts and wss in --url.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" cert' -l 'cert' -d 'The client\'s certificate, with --key.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" key' -l 'key' -d 'The private key of --cert.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" keyform' -l 'keyform' -d 'The kind of --key: pem; engines are OpenSSL\'s and not here.' -rfka 'pem'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" ciphers' -l 'ciphers' -d 'The cipher suites of TLS 1.2, in OpenSSL\'s notation.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" tls-version' -l 'tls-version' -d 'The oldest version of TLS to speak: tlsv1.3 or tlsv1.2.' -rfka 'tlsv1.2 tlsv1.3'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" tls-alpn' -l 'tls-alpn' -d 'The protocol to ask for (ALPN).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" insecure' -l 'insecure' -d 'Trust any certificate: whoever listens there can read everything.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" no-tls' -l 'no-tls' -d 'No TLS, whatever else says so.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" tls-keylog' -l 'tls-keylog' -d 'A file to append the secrets of TLS to, for Wireshark.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" tls-engine' -l 'tls-engine' -d 'Refused: engines are OpenSSL\'s.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" tls-engine-kpass-sha1' -l 'tls-engine-kpass-sha1' -d 'Refused with --tls-engine.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" psk' -l 'psk' -d 'A pre-shared key in hexadecimal digits, with --psk-identity. Means TLS.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" psk-identity' -l 'psk-identity' -d 'The name under which the broker knows the pre-shared key.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" i id' -s 'i' -l 'id' -d 'The client identifier (default: MQTT_CLIENT_ID, or a new one).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" I id-prefix' -s 'I' -l 'id-prefix' -d 'The beginning of the client identifier; the number of the process follows.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" u username' -s 'u' -l 'username' -d 'The user name (default: MQTT_USERNAME).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" P pw' -s 'P' -l 'pw' -d 'The password; a dash asks for it (default: MQTT_PASSWORD, which other users cannot see).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" password-file' -l 'password-file' -d 'A file whose first line is the password.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" V protocol-version' -s 'V' -l 'protocol-version' -d 'The version of MQTT: 5, 311 or 31 (default: 311; 5 with -x or -D).' -rfka '5 311 31'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" c disable-clean-session' -s 'c' -l 'disable-clean-session' -d 'Go on with the session that the broker has, and have it kept.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" session-expiry x' -s 'x' -l 'session-expiry' -d 'For how long the broker keeps the session; -1 for ever. Means MQTT 5.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" M max-inflight' -s 'M' -l 'max-inflight' -d 'How many messages may be unacknowledged, each way in MQTT 5 (default: 20 to send, no limit to receive).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" W timeout' -s 'W' -l 'timeout' -d 'How long to wait for values, from when the broker has accepted.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" v verbose' -s 'v' -l 'verbose' -d 'Print the topic before the payload.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" F format' -s 'F' -l 'format' -d 'Print each message in this format; see the manual page for its codes.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" json' -l 'json' -d 'Print each message as a line of JSON, binary payloads in Base64.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" pretty' -l 'pretty' -d 'Print the JSON of -F in lines with indentation.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" N no-newline' -s 'N' -l 'no-newline' -d 'Print no line feed after a message.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" d debug' -s 'd' -l 'debug' -d 'Tell every packet; the same as --log-level debug.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" quiet' -l 'quiet' -d 'Tell nothing at run time, not even errors; the exit code does.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" log-level' -l 'log-level' -d 'What to tell: error, warning, notice, info or debug.' -rfka 'error warning notice info debug'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" version' -l 'version' -d 'Show the version.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt get" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" h host' -s 'h' -l 'host' -d 'The broker\'s host (default: MQTT_BROKER_HOST, MQTT_HOST, or localhost).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" p port' -s 'p' -l 'port' -d 'The broker\'s port (default: MQTT_BROKER_PORT, MQTT_PORT, or 1883; with TLS 8883).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" unix' -l 'unix' -d 'The Unix socket on which the broker listens.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" L url' -s 'L' -l 'url' -d 'All in one: mqtt, mqtts, ws or wss, then ://[user[:password]@]host[:port]/topic.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" A bind' -s 'A' -l 'bind' -d 'The address of this machine that connections come from.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" S srv' -s 'S' -l 'srv' -d 'Look up the broker of the host\'s domain in its service records (DNS SRV).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" ws' -l 'ws' -d 'Speak MQTT in a WebSocket.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" ws-path' -l 'ws-path' -d 'The path of the WebSocket.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" nodelay' -l 'nodelay' -d 'Accepted: what is written always leaves at once (TCP_NODELAY).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" proxy' -l 'proxy' -d 'A SOCKS proxy: socks5h://[user[:password]@]host[:port].' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" connect-timeout' -l 'connect-timeout' -d 'How long to wait until the broker has accepted the connection.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" retry' -l 'retry' -d 'How often to connect again: never, forever, or a number of times in a row (default: forever, but the first connection once).' -rfka 'never forever'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" k keepalive' -s 'k' -l 'keepalive' -d 'After how much silence the connection is checked, from 5 to 65535.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" cafile' -l 'cafile' -d 'Authorities to trust: a file of certificates. Means TLS.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" capath' -l 'capath' -d 'Authorities to trust: a directory of certificates. Means TLS.' -rfa '(__tinymqtt_complete_directories)'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" tls-use-os-certs' -l 'tls-use-os-certs' -d 'Trust the system\'s authorities. Means TLS; so do port 8883, and mqtts and wss in --url.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" cert' -l 'cert' -d 'The client\'s certificate, with --key.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" key' -l 'key' -d 'The private key of --cert.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" keyform' -l 'keyform' -d 'The kind of --key: pem; engines are OpenSSL\'s and not here.' -rfka 'pem'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" ciphers' -l 'ciphers' -d 'The cipher suites of TLS 1.2, in OpenSSL\'s notation.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" tls-version' -l 'tls-version' -d 'The oldest version of TLS to speak: tlsv1.3 or tlsv1.2.' -rfka 'tlsv1.2 tlsv1.3'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" tls-alpn' -l 'tls-alpn' -d 'The protocol to ask for (ALPN).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" insecure' -l 'insecure' -d 'Trust any certificate: whoever listens there can read everything.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" no-tls' -l 'no-tls' -d 'No TLS, whatever else says so.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" tls-keylog' -l 'tls-keylog' -d 'A file to append the secrets of TLS to, for Wireshark.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" tls-engine' -l 'tls-engine' -d 'Refused: engines are OpenSSL\'s.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" tls-engine-kpass-sha1' -l 'tls-engine-kpass-sha1' -d 'Refused with --tls-engine.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" psk' -l 'psk' -d 'A pre-shared key in hexadecimal digits, with --psk-identity. Means TLS.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" psk-identity' -l 'psk-identity' -d 'The name under which the broker knows the pre-shared key.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" i id' -s 'i' -l 'id' -d 'The client identifier (default: MQTT_CLIENT_ID, or a new one).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" I id-prefix' -s 'I' -l 'id-prefix' -d 'The beginning of the client identifier; the number of the process follows.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" u username' -s 'u' -l 'username' -d 'The user name (default: MQTT_USERNAME).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" P pw' -s 'P' -l 'pw' -d 'The password; a dash asks for it (default: MQTT_PASSWORD, which other users cannot see).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" password-file' -l 'password-file' -d 'A file whose first line is the password.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" V protocol-version' -s 'V' -l 'protocol-version' -d 'The version of MQTT: 5, 311 or 31 (default: 311; 5 with -x or -D).' -rfka '5 311 31'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" c disable-clean-session' -s 'c' -l 'disable-clean-session' -d 'Go on with the session that the broker has, and have it kept.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" session-expiry x' -s 'x' -l 'session-expiry' -d 'For how long the broker keeps the session; -1 for ever. Means MQTT 5.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" M max-inflight' -s 'M' -l 'max-inflight' -d 'How many messages may be unacknowledged, each way in MQTT 5 (default: 20 to send, no limit to receive).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" C count' -s 'C' -l 'count' -d 'How often to ask.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" interval' -l 'interval' -d 'How long to wait between two questions.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" W timeout' -s 'W' -l 'timeout' -d 'End after this time, with exit code 27.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" json' -l 'json' -d 'Print the result as one JSON object.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" d debug' -s 'd' -l 'debug' -d 'Tell every packet; the same as --log-level debug.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" quiet' -l 'quiet' -d 'Tell nothing at run time, not even errors; the exit code does.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" log-level' -l 'log-level' -d 'What to tell: error, warning, notice, info or debug.' -rfka 'error warning notice info debug'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" version' -l 'version' -d 'Show the version.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt ping" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" h host' -s 'h' -l 'host' -d 'The broker\'s host (default: MQTT_BROKER_HOST, MQTT_HOST, or localhost).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" p port' -s 'p' -l 'port' -d 'The broker\'s port (default: MQTT_BROKER_PORT, MQTT_PORT, or 1883; with TLS 8883).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" unix' -l 'unix' -d 'The Unix socket on which the broker listens.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" L url' -s 'L' -l 'url' -d 'All in one: mqtt, mqtts, ws or wss, then ://[user[:password]@]host[:port]/topic.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" A bind' -s 'A' -l 'bind' -d 'The address of this machine that connections come from.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" S srv' -s 'S' -l 'srv' -d 'Look up the broker of the host\'s domain in its service records (DNS SRV).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" ws' -l 'ws' -d 'Speak MQTT in a WebSocket.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" ws-path' -l 'ws-path' -d 'The path of the WebSocket.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" nodelay' -l 'nodelay' -d 'Accepted: what is written always leaves at once (TCP_NODELAY).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" proxy' -l 'proxy' -d 'A SOCKS proxy: socks5h://[user[:password]@]host[:port].' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" connect-timeout' -l 'connect-timeout' -d 'How long to wait until the broker has accepted the connection.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" retry' -l 'retry' -d 'How often to connect again: never, forever, or a number of times in a row (default: forever, but the first connection once).' -rfka 'never forever'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" k keepalive' -s 'k' -l 'keepalive' -d 'After how much silence the connection is checked, from 5 to 65535.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" cafile' -l 'cafile' -d 'Authorities to trust: a file of certificates. Means TLS.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" capath' -l 'capath' -d 'Authorities to trust: a directory of certificates. Means TLS.' -rfa '(__tinymqtt_complete_directories)'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" tls-use-os-certs' -l 'tls-use-os-certs' -d 'Trust the system\'s authorities. Means TLS; so do port 8883, and mqtts and wss in --url.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" cert' -l 'cert' -d 'The client\'s certificate, with --key.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" key' -l 'key' -d 'The private key of --cert.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" keyform' -l 'keyform' -d 'The kind of --key: pem; engines are OpenSSL\'s and not here.' -rfka 'pem'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" ciphers' -l 'ciphers' -d 'The cipher suites of TLS 1.2, in OpenSSL\'s notation.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" tls-version' -l 'tls-version' -d 'The oldest version of TLS to speak: tlsv1.3 or tlsv1.2.' -rfka 'tlsv1.2 tlsv1.3'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" tls-alpn' -l 'tls-alpn' -d 'The protocol to ask for (ALPN).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" insecure' -l 'insecure' -d 'Trust any certificate: whoever listens there can read everything.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" no-tls' -l 'no-tls' -d 'No TLS, whatever else says so.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" tls-keylog' -l 'tls-keylog' -d 'A file to append the secrets of TLS to, for Wireshark.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" tls-engine' -l 'tls-engine' -d 'Refused: engines are OpenSSL\'s.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" tls-engine-kpass-sha1' -l 'tls-engine-kpass-sha1' -d 'Refused with --tls-engine.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" psk' -l 'psk' -d 'A pre-shared key in hexadecimal digits, with --psk-identity. Means TLS.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" psk-identity' -l 'psk-identity' -d 'The name under which the broker knows the pre-shared key.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" i id' -s 'i' -l 'id' -d 'The client identifier (default: MQTT_CLIENT_ID, or a new one).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" I id-prefix' -s 'I' -l 'id-prefix' -d 'The beginning of the client identifier; the number of the process follows.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" u username' -s 'u' -l 'username' -d 'The user name (default: MQTT_USERNAME).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" P pw' -s 'P' -l 'pw' -d 'The password; a dash asks for it (default: MQTT_PASSWORD, which other users cannot see).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" password-file' -l 'password-file' -d 'A file whose first line is the password.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" V protocol-version' -s 'V' -l 'protocol-version' -d 'The version of MQTT: 5, 311 or 31 (default: 311; 5 with -x or -D).' -rfka '5 311 31'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" c disable-clean-session' -s 'c' -l 'disable-clean-session' -d 'Go on with the session that the broker has, and have it kept.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" session-expiry x' -s 'x' -l 'session-expiry' -d 'For how long the broker keeps the session; -1 for ever. Means MQTT 5.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" M max-inflight' -s 'M' -l 'max-inflight' -d 'How many messages may be unacknowledged, each way in MQTT 5 (default: 20 to send, no limit to receive).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" prefix' -l 'prefix' -d 'What stands before all topics, where several room servers share a broker (default: nothing).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" status' -l 'status' -d 'Print the rooms and members of the server that runs, and end.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" json' -l 'json' -d 'Print the status as JSON.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" timeout' -l 'timeout' -d 'How long to wait for the status.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" d debug' -s 'd' -l 'debug' -d 'Tell every packet; the same as --log-level debug.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" quiet' -l 'quiet' -d 'Tell nothing at run time, not even errors; the exit code does.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" log-level' -l 'log-level' -d 'What to tell: error, warning, notice, info or debug.' -rfka 'error warning notice info debug'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" version' -l 'version' -d 'Show the version.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt room-server" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" h host' -s 'h' -l 'host' -d 'The broker\'s host (default: MQTT_BROKER_HOST, MQTT_HOST, or localhost).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" p port' -s 'p' -l 'port' -d 'The broker\'s port (default: MQTT_BROKER_PORT, MQTT_PORT, or 1883; with TLS 8883).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" unix' -l 'unix' -d 'The Unix socket on which the broker listens.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" L url' -s 'L' -l 'url' -d 'All in one: mqtt, mqtts, ws or wss, then ://[user[:password]@]host[:port]/topic.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" A bind' -s 'A' -l 'bind' -d 'The address of this machine that connections come from.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" S srv' -s 'S' -l 'srv' -d 'Look up the broker of the host\'s domain in its service records (DNS SRV).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" ws' -l 'ws' -d 'Speak MQTT in a WebSocket.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" ws-path' -l 'ws-path' -d 'The path of the WebSocket.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" nodelay' -l 'nodelay' -d 'Accepted: what is written always leaves at once (TCP_NODELAY).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" proxy' -l 'proxy' -d 'A SOCKS proxy: socks5h://[user[:password]@]host[:port].' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" connect-timeout' -l 'connect-timeout' -d 'How long to wait until the broker has accepted the connection.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" retry' -l 'retry' -d 'How often to connect again: never, forever, or a number of times in a row (default: forever, but the first connection once).' -rfka 'never forever'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" k keepalive' -s 'k' -l 'keepalive' -d 'After how much silence the connection is checked, from 5 to 65535.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" cafile' -l 'cafile' -d 'Authorities to trust: a file of certificates. Means TLS.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" capath' -l 'capath' -d 'Authorities to trust: a directory of certificates. Means TLS.' -rfa '(__tinymqtt_complete_directories)'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" tls-use-os-certs' -l 'tls-use-os-certs' -d 'Trust the system\'s authorities. Means TLS; so do port 8883, and mqtts and wss in --url.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" cert' -l 'cert' -d 'The client\'s certificate, with --key.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" key' -l 'key' -d 'The private key of --cert.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" keyform' -l 'keyform' -d 'The kind of --key: pem; engines are OpenSSL\'s and not here.' -rfka 'pem'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" ciphers' -l 'ciphers' -d 'The cipher suites of TLS 1.2, in OpenSSL\'s notation.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" tls-version' -l 'tls-version' -d 'The oldest version of TLS to speak: tlsv1.3 or tlsv1.2.' -rfka 'tlsv1.2 tlsv1.3'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" tls-alpn' -l 'tls-alpn' -d 'The protocol to ask for (ALPN).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" insecure' -l 'insecure' -d 'Trust any certificate: whoever listens there can read everything.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" no-tls' -l 'no-tls' -d 'No TLS, whatever else says so.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" tls-keylog' -l 'tls-keylog' -d 'A file to append the secrets of TLS to, for Wireshark.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" tls-engine' -l 'tls-engine' -d 'Refused: engines are OpenSSL\'s.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" tls-engine-kpass-sha1' -l 'tls-engine-kpass-sha1' -d 'Refused with --tls-engine.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" psk' -l 'psk' -d 'A pre-shared key in hexadecimal digits, with --psk-identity. Means TLS.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" psk-identity' -l 'psk-identity' -d 'The name under which the broker knows the pre-shared key.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" i id' -s 'i' -l 'id' -d 'The client identifier (default: MQTT_CLIENT_ID, or a new one).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" I id-prefix' -s 'I' -l 'id-prefix' -d 'The beginning of the client identifier; the number of the process follows.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" u username' -s 'u' -l 'username' -d 'The user name (default: MQTT_USERNAME).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" P pw' -s 'P' -l 'pw' -d 'The password; a dash asks for it (default: MQTT_PASSWORD, which other users cannot see).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" password-file' -l 'password-file' -d 'A file whose first line is the password.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" V protocol-version' -s 'V' -l 'protocol-version' -d 'The version of MQTT: 5, 311 or 31 (default: 311; 5 with -x or -D).' -rfka '5 311 31'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" c disable-clean-session' -s 'c' -l 'disable-clean-session' -d 'Go on with the session that the broker has, and have it kept.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" session-expiry x' -s 'x' -l 'session-expiry' -d 'For how long the broker keeps the session; -1 for ever. Means MQTT 5.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" M max-inflight' -s 'M' -l 'max-inflight' -d 'How many messages may be unacknowledged, each way in MQTT 5 (default: 20 to send, no limit to receive).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" client-id' -l 'client-id' -d 'The name to join under, which nobody else may have.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join"' -l 'room' -d 'A room to join; may be given several times.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" q qos' -s 'q' -l 'qos' -d 'The highest QoS at which messages arrive: 0, 1 or 2.' -rfka '0 1 2'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" json' -l 'json' -d 'Print each message as JSON.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" prefix' -l 'prefix' -d 'What stands before all topics, where several room servers share a broker (default: nothing).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" d debug' -s 'd' -l 'debug' -d 'Tell every packet; the same as --log-level debug.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" quiet' -l 'quiet' -d 'Tell nothing at run time, not even errors; the exit code does.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" log-level' -l 'log-level' -d 'What to tell: error, warning, notice, info or debug.' -rfka 'error warning notice info debug'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" version' -l 'version' -d 'Show the version.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt join" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" h host' -s 'h' -l 'host' -d 'The broker\'s host (default: MQTT_BROKER_HOST, MQTT_HOST, or localhost).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" p port' -s 'p' -l 'port' -d 'The broker\'s port (default: MQTT_BROKER_PORT, MQTT_PORT, or 1883; with TLS 8883).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" unix' -l 'unix' -d 'The Unix socket on which the broker listens.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" L url' -s 'L' -l 'url' -d 'All in one: mqtt, mqtts, ws or wss, then ://[user[:password]@]host[:port]/topic.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" A bind' -s 'A' -l 'bind' -d 'The address of this machine that connections come from.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" S srv' -s 'S' -l 'srv' -d 'Look up the broker of the host\'s domain in its service records (DNS SRV).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" ws' -l 'ws' -d 'Speak MQTT in a WebSocket.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" ws-path' -l 'ws-path' -d 'The path of the WebSocket.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" nodelay' -l 'nodelay' -d 'Accepted: what is written always leaves at once (TCP_NODELAY).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" proxy' -l 'proxy' -d 'A SOCKS proxy: socks5h://[user[:password]@]host[:port].' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" connect-timeout' -l 'connect-timeout' -d 'How long to wait until the broker has accepted the connection.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" retry' -l 'retry' -d 'How often to connect again: never, forever, or a number of times in a row (default: forever, but the first connection once).' -rfka 'never forever'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" k keepalive' -s 'k' -l 'keepalive' -d 'After how much silence the connection is checked, from 5 to 65535.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" cafile' -l 'cafile' -d 'Authorities to trust: a file of certificates. Means TLS.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" capath' -l 'capath' -d 'Authorities to trust: a directory of certificates. Means TLS.' -rfa '(__tinymqtt_complete_directories)'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" tls-use-os-certs' -l 'tls-use-os-certs' -d 'Trust the system\'s authorities. Means TLS; so do port 8883, and mqtts and wss in --url.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" cert' -l 'cert' -d 'The client\'s certificate, with --key.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" key' -l 'key' -d 'The private key of --cert.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" keyform' -l 'keyform' -d 'The kind of --key: pem; engines are OpenSSL\'s and not here.' -rfka 'pem'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" ciphers' -l 'ciphers' -d 'The cipher suites of TLS 1.2, in OpenSSL\'s notation.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" tls-version' -l 'tls-version' -d 'The oldest version of TLS to speak: tlsv1.3 or tlsv1.2.' -rfka 'tlsv1.2 tlsv1.3'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" tls-alpn' -l 'tls-alpn' -d 'The protocol to ask for (ALPN).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" insecure' -l 'insecure' -d 'Trust any certificate: whoever listens there can read everything.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" no-tls' -l 'no-tls' -d 'No TLS, whatever else says so.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" tls-keylog' -l 'tls-keylog' -d 'A file to append the secrets of TLS to, for Wireshark.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" tls-engine' -l 'tls-engine' -d 'Refused: engines are OpenSSL\'s.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" tls-engine-kpass-sha1' -l 'tls-engine-kpass-sha1' -d 'Refused with --tls-engine.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" psk' -l 'psk' -d 'A pre-shared key in hexadecimal digits, with --psk-identity. Means TLS.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" psk-identity' -l 'psk-identity' -d 'The name under which the broker knows the pre-shared key.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" i id' -s 'i' -l 'id' -d 'The client identifier (default: MQTT_CLIENT_ID, or a new one).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" I id-prefix' -s 'I' -l 'id-prefix' -d 'The beginning of the client identifier; the number of the process follows.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" u username' -s 'u' -l 'username' -d 'The user name (default: MQTT_USERNAME).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" P pw' -s 'P' -l 'pw' -d 'The password; a dash asks for it (default: MQTT_PASSWORD, which other users cannot see).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" password-file' -l 'password-file' -d 'A file whose first line is the password.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" V protocol-version' -s 'V' -l 'protocol-version' -d 'The version of MQTT: 5, 311 or 31 (default: 311; 5 with -x or -D).' -rfka '5 311 31'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" c disable-clean-session' -s 'c' -l 'disable-clean-session' -d 'Go on with the session that the broker has, and have it kept.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" session-expiry x' -s 'x' -l 'session-expiry' -d 'For how long the broker keeps the session; -1 for ever. Means MQTT 5.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" M max-inflight' -s 'M' -l 'max-inflight' -d 'How many messages may be unacknowledged, each way in MQTT 5 (default: 20 to send, no limit to receive).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" room' -l 'room' -d 'The room.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" m message' -s 'm' -l 'message' -d 'What to say; 65536 bytes at most.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" q qos' -s 'q' -l 'qos' -d 'How surely the message arrives: 0, 1 or 2.' -rfka '0 1 2'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" timeout' -l 'timeout' -d 'How long the room server may take to answer.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" json' -l 'json' -d 'Print the outcome as JSON.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" prefix' -l 'prefix' -d 'What stands before all topics, where several room servers share a broker (default: nothing).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" d debug' -s 'd' -l 'debug' -d 'Tell every packet; the same as --log-level debug.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" quiet' -l 'quiet' -d 'Tell nothing at run time, not even errors; the exit code does.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" log-level' -l 'log-level' -d 'What to tell: error, warning, notice, info or debug.' -rfka 'error warning notice info debug'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" version' -l 'version' -d 'Show the version.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-room" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" h host' -s 'h' -l 'host' -d 'The broker\'s host (default: MQTT_BROKER_HOST, MQTT_HOST, or localhost).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" p port' -s 'p' -l 'port' -d 'The broker\'s port (default: MQTT_BROKER_PORT, MQTT_PORT, or 1883; with TLS 8883).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" unix' -l 'unix' -d 'The Unix socket on which the broker listens.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" L url' -s 'L' -l 'url' -d 'All in one: mqtt, mqtts, ws or wss, then ://[user[:password]@]host[:port]/topic.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" A bind' -s 'A' -l 'bind' -d 'The address of this machine that connections come from.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" S srv' -s 'S' -l 'srv' -d 'Look up the broker of the host\'s domain in its service records (DNS SRV).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" ws' -l 'ws' -d 'Speak MQTT in a WebSocket.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" ws-path' -l 'ws-path' -d 'The path of the WebSocket.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" nodelay' -l 'nodelay' -d 'Accepted: what is written always leaves at once (TCP_NODELAY).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" proxy' -l 'proxy' -d 'A SOCKS proxy: socks5h://[user[:password]@]host[:port].' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" connect-timeout' -l 'connect-timeout' -d 'How long to wait until the broker has accepted the connection.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" retry' -l 'retry' -d 'How often to connect again: never, forever, or a number of times in a row (default: forever, but the first connection once).' -rfka 'never forever'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" k keepalive' -s 'k' -l 'keepalive' -d 'After how much silence the connection is checked, from 5 to 65535.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" cafile' -l 'cafile' -d 'Authorities to trust: a file of certificates. Means TLS.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" capath' -l 'capath' -d 'Authorities to trust: a directory of certificates. Means TLS.' -rfa '(__tinymqtt_complete_directories)'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" tls-use-os-certs' -l 'tls-use-os-certs' -d 'Trust the system\'s authorities. Means TLS; so do port 8883, and mqtts and wss in --url.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" cert' -l 'cert' -d 'The client\'s certificate, with --key.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" key' -l 'key' -d 'The private key of --cert.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" keyform' -l 'keyform' -d 'The kind of --key: pem; engines are OpenSSL\'s and not here.' -rfka 'pem'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" ciphers' -l 'ciphers' -d 'The cipher suites of TLS 1.2, in OpenSSL\'s notation.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" tls-version' -l 'tls-version' -d 'The oldest version of TLS to speak: tlsv1.3 or tlsv1.2.' -rfka 'tlsv1.2 tlsv1.3'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" tls-alpn' -l 'tls-alpn' -d 'The protocol to ask for (ALPN).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" insecure' -l 'insecure' -d 'Trust any certificate: whoever listens there can read everything.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" no-tls' -l 'no-tls' -d 'No TLS, whatever else says so.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" tls-keylog' -l 'tls-keylog' -d 'A file to append the secrets of TLS to, for Wireshark.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" tls-engine' -l 'tls-engine' -d 'Refused: engines are OpenSSL\'s.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" tls-engine-kpass-sha1' -l 'tls-engine-kpass-sha1' -d 'Refused with --tls-engine.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" psk' -l 'psk' -d 'A pre-shared key in hexadecimal digits, with --psk-identity. Means TLS.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" psk-identity' -l 'psk-identity' -d 'The name under which the broker knows the pre-shared key.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" i id' -s 'i' -l 'id' -d 'The client identifier (default: MQTT_CLIENT_ID, or a new one).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" I id-prefix' -s 'I' -l 'id-prefix' -d 'The beginning of the client identifier; the number of the process follows.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" u username' -s 'u' -l 'username' -d 'The user name (default: MQTT_USERNAME).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" P pw' -s 'P' -l 'pw' -d 'The password; a dash asks for it (default: MQTT_PASSWORD, which other users cannot see).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" password-file' -l 'password-file' -d 'A file whose first line is the password.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" V protocol-version' -s 'V' -l 'protocol-version' -d 'The version of MQTT: 5, 311 or 31 (default: 311; 5 with -x or -D).' -rfka '5 311 31'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" c disable-clean-session' -s 'c' -l 'disable-clean-session' -d 'Go on with the session that the broker has, and have it kept.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" session-expiry x' -s 'x' -l 'session-expiry' -d 'For how long the broker keeps the session; -1 for ever. Means MQTT 5.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" M max-inflight' -s 'M' -l 'max-inflight' -d 'How many messages may be unacknowledged, each way in MQTT 5 (default: 20 to send, no limit to receive).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" client-id' -l 'client-id' -d 'The member, by the name that it has joined under.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" room' -l 'room' -d 'The room.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" m message' -s 'm' -l 'message' -d 'What to say; 65536 bytes at most.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" q qos' -s 'q' -l 'qos' -d 'How surely the message arrives: 0, 1 or 2.' -rfka '0 1 2'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" timeout' -l 'timeout' -d 'How long the room server may take to answer.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" json' -l 'json' -d 'Print the outcome as JSON.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" prefix' -l 'prefix' -d 'What stands before all topics, where several room servers share a broker (default: nothing).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" d debug' -s 'd' -l 'debug' -d 'Tell every packet; the same as --log-level debug.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" quiet' -l 'quiet' -d 'Tell nothing at run time, not even errors; the exit code does.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" log-level' -l 'log-level' -d 'What to tell: error, warning, notice, info or debug.' -rfka 'error warning notice info debug'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" version' -l 'version' -d 'Show the version.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt send-client" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" h host' -s 'h' -l 'host' -d 'The broker\'s host (default: MQTT_BROKER_HOST, MQTT_HOST, or localhost).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" p port' -s 'p' -l 'port' -d 'The broker\'s port (default: MQTT_BROKER_PORT, MQTT_PORT, or 1883; with TLS 8883).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" unix' -l 'unix' -d 'The Unix socket on which the broker listens.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" L url' -s 'L' -l 'url' -d 'All in one: mqtt, mqtts, ws or wss, then ://[user[:password]@]host[:port]/topic.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" A bind' -s 'A' -l 'bind' -d 'The address of this machine that connections come from.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" S srv' -s 'S' -l 'srv' -d 'Look up the broker of the host\'s domain in its service records (DNS SRV).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" ws' -l 'ws' -d 'Speak MQTT in a WebSocket.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" ws-path' -l 'ws-path' -d 'The path of the WebSocket.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" nodelay' -l 'nodelay' -d 'Accepted: what is written always leaves at once (TCP_NODELAY).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" proxy' -l 'proxy' -d 'A SOCKS proxy: socks5h://[user[:password]@]host[:port].' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" connect-timeout' -l 'connect-timeout' -d 'How long to wait until the broker has accepted the connection.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" retry' -l 'retry' -d 'How often to connect again: never, forever, or a number of times in a row (default: forever, but the first connection once).' -rfka 'never forever'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" k keepalive' -s 'k' -l 'keepalive' -d 'After how much silence the connection is checked, from 5 to 65535.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" cafile' -l 'cafile' -d 'Authorities to trust: a file of certificates. Means TLS.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" capath' -l 'capath' -d 'Authorities to trust: a directory of certificates. Means TLS.' -rfa '(__tinymqtt_complete_directories)'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" tls-use-os-certs' -l 'tls-use-os-certs' -d 'Trust the system\'s authorities. Means TLS; so do port 8883, and mqtts and wss in --url.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" cert' -l 'cert' -d 'The client\'s certificate, with --key.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" key' -l 'key' -d 'The private key of --cert.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" keyform' -l 'keyform' -d 'The kind of --key: pem; engines are OpenSSL\'s and not here.' -rfka 'pem'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" ciphers' -l 'ciphers' -d 'The cipher suites of TLS 1.2, in OpenSSL\'s notation.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" tls-version' -l 'tls-version' -d 'The oldest version of TLS to speak: tlsv1.3 or tlsv1.2.' -rfka 'tlsv1.2 tlsv1.3'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" tls-alpn' -l 'tls-alpn' -d 'The protocol to ask for (ALPN).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" insecure' -l 'insecure' -d 'Trust any certificate: whoever listens there can read everything.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" no-tls' -l 'no-tls' -d 'No TLS, whatever else says so.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" tls-keylog' -l 'tls-keylog' -d 'A file to append the secrets of TLS to, for Wireshark.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" tls-engine' -l 'tls-engine' -d 'Refused: engines are OpenSSL\'s.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" tls-engine-kpass-sha1' -l 'tls-engine-kpass-sha1' -d 'Refused with --tls-engine.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" psk' -l 'psk' -d 'A pre-shared key in hexadecimal digits, with --psk-identity. Means TLS.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" psk-identity' -l 'psk-identity' -d 'The name under which the broker knows the pre-shared key.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" i id' -s 'i' -l 'id' -d 'The client identifier (default: MQTT_CLIENT_ID, or a new one).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" I id-prefix' -s 'I' -l 'id-prefix' -d 'The beginning of the client identifier; the number of the process follows.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" u username' -s 'u' -l 'username' -d 'The user name (default: MQTT_USERNAME).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" P pw' -s 'P' -l 'pw' -d 'The password; a dash asks for it (default: MQTT_PASSWORD, which other users cannot see).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" password-file' -l 'password-file' -d 'A file whose first line is the password.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" V protocol-version' -s 'V' -l 'protocol-version' -d 'The version of MQTT: 5, 311 or 31 (default: 311; 5 with -x or -D).' -rfka '5 311 31'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" c disable-clean-session' -s 'c' -l 'disable-clean-session' -d 'Go on with the session that the broker has, and have it kept.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" session-expiry x' -s 'x' -l 'session-expiry' -d 'For how long the broker keeps the session; -1 for ever. Means MQTT 5.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" M max-inflight' -s 'M' -l 'max-inflight' -d 'How many messages may be unacknowledged, each way in MQTT 5 (default: 20 to send, no limit to receive).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" history' -l 'history' -d 'How many messages newcomers get; 0 for none.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" store' -l 'store' -d 'The file that the history is kept in (default: in memory).' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" timeout' -l 'timeout' -d 'After how much silence a user is gone.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" rate' -l 'rate' -d 'How many messages of each user count each second; five times as many may come at once.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" q qos' -s 'q' -l 'qos' -d 'How surely messages arrive: 0, 1 or 2.' -rfka '0 1 2'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" d debug' -s 'd' -l 'debug' -d 'Tell every packet; the same as --log-level debug.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" quiet' -l 'quiet' -d 'Tell nothing at run time, not even errors; the exit code does.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" log-level' -l 'log-level' -d 'What to tell: error, warning, notice, info or debug.' -rfka 'error warning notice info debug'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" version' -l 'version' -d 'Show the version.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat-server" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" h host' -s 'h' -l 'host' -d 'The broker\'s host (default: MQTT_BROKER_HOST, MQTT_HOST, or localhost).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" p port' -s 'p' -l 'port' -d 'The broker\'s port (default: MQTT_BROKER_PORT, MQTT_PORT, or 1883; with TLS 8883).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" unix' -l 'unix' -d 'The Unix socket on which the broker listens.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" L url' -s 'L' -l 'url' -d 'All in one: mqtt, mqtts, ws or wss, then ://[user[:password]@]host[:port]/topic.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" A bind' -s 'A' -l 'bind' -d 'The address of this machine that connections come from.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" S srv' -s 'S' -l 'srv' -d 'Look up the broker of the host\'s domain in its service records (DNS SRV).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" ws' -l 'ws' -d 'Speak MQTT in a WebSocket.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" ws-path' -l 'ws-path' -d 'The path of the WebSocket.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" nodelay' -l 'nodelay' -d 'Accepted: what is written always leaves at once (TCP_NODELAY).'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" proxy' -l 'proxy' -d 'A SOCKS proxy: socks5h://[user[:password]@]host[:port].' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" connect-timeout' -l 'connect-timeout' -d 'How long to wait until the broker has accepted the connection.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" retry' -l 'retry' -d 'How often to connect again: never, forever, or a number of times in a row (default: forever, but the first connection once).' -rfka 'never forever'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" k keepalive' -s 'k' -l 'keepalive' -d 'After how much silence the connection is checked, from 5 to 65535.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" cafile' -l 'cafile' -d 'Authorities to trust: a file of certificates. Means TLS.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" capath' -l 'capath' -d 'Authorities to trust: a directory of certificates. Means TLS.' -rfa '(__tinymqtt_complete_directories)'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" tls-use-os-certs' -l 'tls-use-os-certs' -d 'Trust the system\'s authorities. Means TLS; so do port 8883, and mqtts and wss in --url.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" cert' -l 'cert' -d 'The client\'s certificate, with --key.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" key' -l 'key' -d 'The private key of --cert.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" keyform' -l 'keyform' -d 'The kind of --key: pem; engines are OpenSSL\'s and not here.' -rfka 'pem'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" ciphers' -l 'ciphers' -d 'The cipher suites of TLS 1.2, in OpenSSL\'s notation.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" tls-version' -l 'tls-version' -d 'The oldest version of TLS to speak: tlsv1.3 or tlsv1.2.' -rfka 'tlsv1.2 tlsv1.3'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" tls-alpn' -l 'tls-alpn' -d 'The protocol to ask for (ALPN).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" insecure' -l 'insecure' -d 'Trust any certificate: whoever listens there can read everything.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" no-tls' -l 'no-tls' -d 'No TLS, whatever else says so.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" tls-keylog' -l 'tls-keylog' -d 'A file to append the secrets of TLS to, for Wireshark.' -rF
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" tls-engine' -l 'tls-engine' -d 'Refused: engines are OpenSSL\'s.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" tls-engine-kpass-sha1' -l 'tls-engine-kpass-sha1' -d 'Refused with --tls-engine.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" psk' -l 'psk' -d 'A pre-shared key in hexadecimal digits, with --psk-identity. Means TLS.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" psk-identity' -l 'psk-identity' -d 'The name under which the broker knows the pre-shared key.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" i id' -s 'i' -l 'id' -d 'The client identifier (default: MQTT_CLIENT_ID, or a new one).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" u' -s 'u' -d 'The user name at the broker (default: MQTT_USERNAME).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" P pw' -s 'P' -l 'pw' -d 'The password (default: MQTT_PASSWORD, which other users cannot see).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" V protocol-version' -s 'V' -l 'protocol-version' -d 'The version of MQTT: 5, 311 or 31 (default: 5).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" username' -l 'username' -d 'Your name in the chat (default: that of -u, or of your account here).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" t topic' -s 't' -l 'topic' -d 'Talk on this one topic, without a server.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" read-only' -l 'read-only' -d 'Only listen: no name, no input.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" heartbeat' -l 'heartbeat' -d 'How often to give a sign of life.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" timeout' -l 'timeout' -d 'After how much silence a user is gone.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" rate' -l 'rate' -d 'How many messages of each user count each second; five times as many may come at once.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" q qos' -s 'q' -l 'qos' -d 'How surely messages arrive: 0, 1 or 2.' -rfka '0 1 2'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" json' -l 'json' -d 'Print each line as JSON.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" d debug' -s 'd' -l 'debug' -d 'Tell every packet; the same as --log-level debug.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" quiet' -l 'quiet' -d 'Tell nothing at run time, not even errors; the exit code does.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" log-level' -l 'log-level' -d 'What to tell: error, warning, notice, info or debug.' -rfka 'error warning notice info debug'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" version' -l 'version' -d 'Show the version.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt chat" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt shell"' -s 'c' -l 'command' -d 'Carry out commands, parted by semicolons, and end; may be given several times.' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt shell" keep-going' -l 'keep-going' -d 'In a script, go on after a command that fails; the exit code is that of the last that did.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt shell" version' -l 'version' -d 'Show the version.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt shell" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt passwd" c create' -s 'c' -l 'create' -d 'Begin a new file; with - print the line instead.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt passwd" b batch' -s 'b' -l 'batch' -d 'Take the password from the command line.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt passwd" D delete' -s 'D' -l 'delete' -d 'Take the user away.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt passwd" U upgrade' -s 'U' -l 'upgrade' -d 'Hash the passwords that are plain text.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt passwd" H hash' -s 'H' -l 'hash' -d 'How to hash: argon2id, or sha512-pbkdf2 for mosquitto 2.0, or sha512 for mosquitto 1 (default: argon2id).' -rfka 'sha512 sha512-pbkdf2 argon2id'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt passwd" I iterations' -s 'I' -l 'iterations' -d 'How often sha512-pbkdf2 hashes, which it then does (default: 210000).' -rfka ''
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_positional "tinymqtt passwd" -ge 1' -F
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt passwd" version' -l 'version' -d 'Show the version.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt passwd" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt exit-codes" version' -l 'version' -d 'Show the version.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt exit-codes" help' -l 'help' -d 'Show help information.'
complete -c 'tinymqtt' -n '__tinymqtt_should_offer_completions_for_flags_or_options "tinymqtt help" version' -l 'version' -d 'Show the version.'
