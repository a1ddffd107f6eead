#!/bin/bash

__tinymqtt_cursor_index_in_current_word() {
    local remaining="${COMP_LINE}"

    local word
    for word in "${COMP_WORDS[@]::COMP_CWORD}"; do
        remaining="${remaining##*([[:space:]])"${word}"*([[:space:]])}"
    done

    local -ir index="$((COMP_POINT - ${#COMP_LINE} + ${#remaining}))"
    if [[ "${index}" -le 0 ]]; then
        printf 0
    else
        printf %s "${index}"
    fi
}

# positional arguments:
#
# - 1: the current (sub)command's count of positional arguments
#
# required variables:
#
# - repeating_flags: the repeating flags that the current (sub)command can accept
# - non_repeating_flags: the non-repeating flags that the current (sub)command can accept
# - repeating_options: the repeating options that the current (sub)command can accept
# - non_repeating_options: the non-repeating options that the current (sub)command can accept
# - positional_number: value ignored
# - unparsed_words: unparsed words from the current command line
#
# modified variables:
#
# - non_repeating_flags: remove flags for this (sub)command that are already on the command line
# - non_repeating_options: remove options for this (sub)command that are already on the command line
# - positional_number: set to the current positional number
# - unparsed_words: remove all flags, options, and option values for this (sub)command
__tinymqtt_offer_flags_options() {
    local -ir positional_count="${1}"
    positional_number=0

    local was_flag_option_terminator_seen=false
    local is_parsing_option_value=false

    local -ar unparsed_word_indices=("${!unparsed_words[@]}")
    local -i word_index
    for word_index in "${unparsed_word_indices[@]}"; do
        if "${is_parsing_option_value}"; then
            # This word is an option value:
            # Reset marker for next word iff not currently the last word
            [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]] && is_parsing_option_value=false
            unset "unparsed_words[${word_index}]"
            # Do not process this word as a flag or an option
            continue
        fi

        local word="${unparsed_words["${word_index}"]}"
        if ! "${was_flag_option_terminator_seen}"; then
            case "${word}" in
            --)
                unset "unparsed_words[${word_index}]"
                # by itself -- is a flag/option terminator, but if it is the last word, it is the start of a completion
                if [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]]; then
                    was_flag_option_terminator_seen=true
                fi
                continue
                ;;
            -*)
                # ${word} is a flag or an option
                # If ${word} is an option, mark that the next word to be parsed is an option value
                local option
                for option in "${repeating_options[@]}" "${non_repeating_options[@]}"; do
                    [[ "${word}" = "${option}" ]] && is_parsing_option_value=true && break
                done

                # Remove ${word} from ${non_repeating_flags} or ${non_repeating_options} so it isn't offered again
                local not_found=true
                local -i index
                for index in "${!non_repeating_flags[@]}"; do
                    if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                        unset "non_repeating_flags[${index}]"
                        non_repeating_flags=("${non_repeating_flags[@]}")
                        not_found=false
                        break
                    fi
                done
                if "${not_found}"; then
                    for index in "${!non_repeating_flags[@]}"; do
                        if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                            unset "non_repeating_flags[${index}]"
                            non_repeating_flags=("${non_repeating_flags[@]}")
                            break
                        fi
                    done
                fi
                unset "unparsed_words[${word_index}]"
                continue
                ;;
            esac
        fi

        # ${word} is neither a flag, nor an option, nor an option value
        if [[ "${positional_number}" -lt "${positional_count}" || "${positional_count}" -lt 0 ]]; then
            # ${word} is a positional
            ((positional_number++))
            unset "unparsed_words[${word_index}]"
        else
            if [[ -z "${word}" ]]; then
                # Could be completing a flag, option, or subcommand
                positional_number=-1
            else
                # ${word} is a subcommand or invalid, so stop processing this (sub)command
                positional_number=-2
            fi
            break
        fi
    done

    unparsed_words=("${unparsed_words[@]}")

    if\
        ! "${was_flag_option_terminator_seen}"\
        && ! "${is_parsing_option_value}"\
        && [[ ("${cur}" = -* && "${positional_number}" -ge 0) || "${positional_number}" -eq -1 ]]
    then
        COMPREPLY+=($(compgen -W "${repeating_flags[*]} ${non_repeating_flags[*]} ${repeating_options[*]} ${non_repeating_options[*]}" -- "${cur}"))
    fi
}

__tinymqtt_add_completions() {
    local completion
    while IFS='' read -r completion; do
        COMPREPLY+=("${completion}")
    done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
}

__tinymqtt_custom_complete() {
    if [[ -n "${cur}" || -z ${COMP_WORDS[${COMP_CWORD}]} || "${COMP_LINE:${COMP_POINT}:1}" != ' ' ]]; then
        local -ar words=("${COMP_WORDS[@]}")
    else
        local -ar words=("${COMP_WORDS[@]::${COMP_CWORD}}" '' "${COMP_WORDS[@]:${COMP_CWORD}}")
    fi

    "${COMP_WORDS[0]}" "${@}" "${words[@]}"
}

_tinymqtt() {
    local state
    state="$(shopt -p;shopt -po)"
    trap "${state//$'\n'/;}" RETURN
    shopt -s extglob
    set +o history +o posix

    local -xr SAP_SHELL=bash
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(IFS='.';printf %s "${BASH_VERSINFO[*]}")"
    local -r SAP_SHELL_VERSION

    local -r cur="${2}"
    local -r prev="${3}"

    local -i positional_number
    local -a unparsed_words=("${COMP_WORDS[@]:1:${COMP_CWORD}}")

    local -a repeating_flags=()
    local -a non_repeating_flags=(--version --help)
    local -a repeating_options=()
    local -a non_repeating_options=()
    __tinymqtt_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    broker|pub|sub|rr|get|ping|bench|room-server|join|send-room|send-client|chat-server|chat|shell|passwd|exit-codes|help)
        # Offer subcommand argument completions
        "_tinymqtt_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'broker pub sub rr get ping bench room-server join send-room send-client chat-server chat shell passwd exit-codes help' -- "${cur}"))
        ;;
    esac
}

_tinymqtt_broker() {
    repeating_flags=()
    non_repeating_flags=(-d --daemon -v --verbose -q --quiet --test-config --rooms --version -h --help)
    repeating_options=(-p --port)
    non_repeating_options=(-c --config-file --host --log-level --store --threads --check-store --tls-keylog)
    __tinymqtt_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '-c'|'--config-file')
        __tinymqtt_add_completions -f
        return
        ;;
    '--host')
        return
        ;;
    '-p'|'--port')
        return
        ;;
    '--log-level')
        __tinymqtt_add_completions -W 'debug'$'\n''info'$'\n''notice'$'\n''warning'$'\n''error'
        return
        ;;
    '--store')
        __tinymqtt_add_completions -f
        return
        ;;
    '--threads')
        return
        ;;
    '--check-store')
        __tinymqtt_add_completions -f
        return
        ;;
    '--tls-keylog')
        __tinymqtt_add_completions -f
        return
        ;;
    esac
}

_tinymqtt_pub() {
    repeating_flags=()
    non_repeating_flags=(-S --srv --ws --nodelay --tls-use-os-certs --insecure --no-tls -c --disable-clean-session -s --stdin-file -l --stdin-line -n --null-message --json -r --retain --will-retain -d --debug --quiet --version --help)
    repeating_options=(-D --property)
    non_repeating_options=(-h --host -p --port --unix -L --url -A --bind --ws-path --proxy --connect-timeout --retry -k --keepalive --cafile --capath --cert --key --keyform --ciphers --tls-version --tls-alpn --tls-keylog --tls-engine --tls-engine-kpass-sha1 --psk --psk-identity -i --id -I --id-prefix -u --username -P --pw --password-file -V --protocol-version -x --session-expiry -M --max-inflight -t --topic -m --message --payload -f --file --split --repeat --repeat-delay -q --qos -W --timeout --will-topic --will-payload --will-qos --log-level -o --options-file)
    __tinymqtt_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '-h'|'--host')
        return
        ;;
    '-p'|'--port')
        return
        ;;
    '--unix')
        __tinymqtt_add_completions -f
        return
        ;;
    '-L'|'--url')
        return
        ;;
    '-A'|'--bind')
        return
        ;;
    '--ws-path')
        return
        ;;
    '--proxy')
        return
        ;;
    '--connect-timeout')
        return
        ;;
    '--retry')
        __tinymqtt_add_completions -W 'never'$'\n''forever'
        return
        ;;
    '-k'|'--keepalive')
        return
        ;;
    '--cafile')
        __tinymqtt_add_completions -f
        return
        ;;
    '--capath')
        __tinymqtt_add_completions -d
        return
        ;;
    '--cert')
        __tinymqtt_add_completions -f
        return
        ;;
    '--key')
        __tinymqtt_add_completions -f
        return
        ;;
    '--keyform')
        __tinymqtt_add_completions -W 'pem'
        return
        ;;
    '--ciphers')
        return
        ;;
    '--tls-version')
        __tinymqtt_add_completions -W 'tlsv1.2'$'\n''tlsv1.3'
        return
        ;;
    '--tls-alpn')
        return
        ;;
    '--tls-keylog')
        __tinymqtt_add_completions -f
        return
        ;;
    '--tls-engine')
        return
        ;;
    '--tls-engine-kpass-sha1')
        return
        ;;
    '--psk')
        return
        ;;
    '--psk-identity')
        return
        ;;
    '-i'|'--id')
        return
        ;;
    '-I'|'--id-prefix')
        return
        ;;
    '-u'|'--username')
        return
        ;;
    '-P'|'--pw')
        return
        ;;
    '--password-file')
        __tinymqtt_add_completions -f
        return
        ;;
    '-V'|'--protocol-version')
        __tinymqtt_add_completions -W '5'$'\n''311'$'\n''31'
        return
        ;;
    '-x'|'--session-expiry')
        return
        ;;
    '-M'|'--max-inflight')
        return
        ;;
    '-t'|'--topic')
        __tinymqtt_add_completions -W "$(__tinymqtt_custom_complete ---completion pub -- --topic "${COMP_CWORD}" "$(__tinymqtt_cursor_index_in_current_word)")"
        return
        ;;
    '-m'|'--message')
        return
        ;;
    '--payload')
        return
        ;;
    '-f'|'--file')
        __tinymqtt_add_completions -f
        return
        ;;
    '--split')
        return
        ;;
    '--repeat')
        return
        ;;
    '--repeat-delay')
        return
        ;;
    '-q'|'--qos')
        __tinymqtt_add_completions -W '0'$'\n''1'$'\n''2'
        return
        ;;
    '-W'|'--timeout')
        return
        ;;
    '--will-topic')
        return
        ;;
    '--will-payload')
        return
        ;;
    '--will-qos')
        __tinymqtt_add_completions -W '0'$'\n''1'$'\n''2'
        return
        ;;
    '-D'|'--property')
        return
        ;;
    '--log-level')
        __tinymqtt_add_completions -W 'error'$'\n''warning'$'\n''notice'$'\n''info'$'\n''debug'
        return
        ;;
    '-o'|'--options-file')
        __tinymqtt_add_completions -f
        return
        ;;
    esac
}

_tinymqtt_sub() {
    repeating_flags=()
    non_repeating_flags=(-S --srv --ws --nodelay --tls-use-os-certs --insecure --no-tls -c --disable-clean-session --retain-as-published -E --exit-after-subscribing -R --no-retained --retained-only --remove-retained -v --verbose --json --pretty -N --no-newline -w --watch --message-rate --will-retain -d --debug --quiet --version --help)
    repeating_options=(-t --topic --sub -U --unsubscribe -T --filter-out -D --property)
    non_repeating_options=(-h --host -p --port --unix -L --url -A --bind --ws-path --proxy --connect-timeout --retry -k --keepalive --cafile --capath --cert --key --keyform --ciphers --tls-version --tls-alpn --tls-keylog --tls-engine --tls-engine-kpass-sha1 --psk --psk-identity -i --id -I --id-prefix -u --username -P --pw --password-file -V --protocol-version -x --session-expiry -M --max-inflight -q --qos --retain-handling --random-filter -C --count -W --timeout -F --format --exec --jobs --will-topic --will-payload --will-qos --log-level -o --options-file)
    __tinymqtt_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '-h'|'--host')
        return
        ;;
    '-p'|'--port')
        return
        ;;
    '--unix')
        __tinymqtt_add_completions -f
        return
        ;;
    '-L'|'--url')
        return
        ;;
    '-A'|'--bind')
        return
        ;;
    '--ws-path')
        return
        ;;
    '--proxy')
        return
        ;;
    '--connect-timeout')
        return
        ;;
    '--retry')
        __tinymqtt_add_completions -W 'never'$'\n''forever'
        return
        ;;
    '-k'|'--keepalive')
        return
        ;;
    '--cafile')
        __tinymqtt_add_completions -f
        return
        ;;
    '--capath')
        __tinymqtt_add_completions -d
        return
        ;;
    '--cert')
        __tinymqtt_add_completions -f
        return
        ;;
    '--key')
        __tinymqtt_add_completions -f
        return
        ;;
    '--keyform')
        __tinymqtt_add_completions -W 'pem'
        return
        ;;
    '--ciphers')
        return
        ;;
    '--tls-version')
        __tinymqtt_add_completions -W 'tlsv1.2'$'\n''tlsv1.3'
        return
        ;;
    '--tls-alpn')
        return
        ;;
    '--tls-keylog')
        __tinymqtt_add_completions -f
        return
        ;;
    '--tls-engine')
        return
        ;;
    '--tls-engine-kpass-sha1')
        return
        ;;
    '--psk')
        return
        ;;
    '--psk-identity')
        return
        ;;
    '-i'|'--id')
        return
        ;;
    '-I'|'--id-prefix')
        return
        ;;
    '-u'|'--username')
        return
        ;;
    '-P'|'--pw')
        return
        ;;
    '--password-file')
        __tinymqtt_add_completions -f
        return
        ;;
    '-V'|'--protocol-version')
        __tinymqtt_add_completions -W '5'$'\n''311'$'\n''31'
        return
        ;;
    '-x'|'--session-expiry')
        return
        ;;
    '-M'|'--max-inflight')
        return
        ;;
    '-t'|'--topic')
        __tinymqtt_add_completions -W "$(__tinymqtt_custom_complete ---completion sub -- --topic "${COMP_CWORD}" "$(__tinymqtt_cursor_index_in_current_word)")"
        return
        ;;
    '--sub')
        return
        ;;
    '-q'|'--qos')
        __tinymqtt_add_completions -W '0'$'\n''1'$'\n''2'
        return
        ;;
    '-U'|'--unsubscribe')
        return
        ;;
    '--retain-handling')
        __tinymqtt_add_completions -W 'always'$'\n''new'$'\n''never'
        return
        ;;
    '-T'|'--filter-out')
        return
        ;;
    '--random-filter')
        return
        ;;
    '-C'|'--count')
        return
        ;;
    '-W'|'--timeout')
        return
        ;;
    '-F'|'--format')
        return
        ;;
    '--exec')
        __tinymqtt_add_completions -W "$(eval 'compgen -c')"
        return
        ;;
    '--jobs')
        return
        ;;
    '--will-topic')
        return
        ;;
    '--will-payload')
        return
        ;;
    '--will-qos')
        __tinymqtt_add_completions -W '0'$'\n''1'$'\n''2'
        return
        ;;
    '-D'|'--property')
        return
        ;;
    '--log-level')
        __tinymqtt_add_completions -W 'error'$'\n''warning'$'\n''notice'$'\n''info'$'\n''debug'
        return
        ;;
    '-o'|'--options-file')
        __tinymqtt_add_completions -f
        return
        ;;
    esac
}

_tinymqtt_rr() {
    repeating_flags=()
    non_repeating_flags=(-S --srv --ws --nodelay --tls-use-os-certs --insecure --no-tls -c --disable-clean-session -s --stdin-file -l --stdin-line -n --null-message -r --retain --no-correlation --latency -R --no-retained --retain-as-published -v --verbose --json --pretty -N --no-newline --will-retain -d --debug --quiet --version --help)
    repeating_options=(-D --property)
    non_repeating_options=(-h --host -p --port --unix -L --url -A --bind --ws-path --proxy --connect-timeout --retry -k --keepalive --cafile --capath --cert --key --keyform --ciphers --tls-version --tls-alpn --tls-keylog --tls-engine --tls-engine-kpass-sha1 --psk --psk-identity -i --id -I --id-prefix -u --username -P --pw --password-file -V --protocol-version -x --session-expiry -M --max-inflight -t --topic -e --response-topic -m --message --payload -f --file -q --qos -C --count -W --timeout --retain-handling -F --format --will-topic --will-payload --will-qos --log-level -o --options-file)
    __tinymqtt_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '-h'|'--host')
        return
        ;;
    '-p'|'--port')
        return
        ;;
    '--unix')
        __tinymqtt_add_completions -f
        return
        ;;
    '-L'|'--url')
        return
        ;;
    '-A'|'--bind')
        return
        ;;
    '--ws-path')
        return
        ;;
    '--proxy')
        return
        ;;
    '--connect-timeout')
        return
        ;;
    '--retry')
        __tinymqtt_add_completions -W 'never'$'\n''forever'
        return
        ;;
    '-k'|'--keepalive')
        return
        ;;
    '--cafile')
        __tinymqtt_add_completions -f
        return
        ;;
    '--capath')
        __tinymqtt_add_completions -d
        return
        ;;
    '--cert')
        __tinymqtt_add_completions -f
        return
        ;;
    '--key')
        __tinymqtt_add_completions -f
        return
        ;;
    '--keyform')
        __tinymqtt_add_completions -W 'pem'
        return
        ;;
    '--ciphers')
        return
        ;;
    '--tls-version')
        __tinymqtt_add_completions -W 'tlsv1.2'$'\n''tlsv1.3'
        return
        ;;
    '--tls-alpn')
        return
        ;;
    '--tls-keylog')
        __tinymqtt_add_completions -f
        return
        ;;
    '--tls-engine')
        return
        ;;
    '--tls-engine-kpass-sha1')
        return
        ;;
    '--psk')
        return
        ;;
    '--psk-identity')
        return
        ;;
    '-i'|'--id')
        return
        ;;
    '-I'|'--id-prefix')
        return
        ;;
    '-u'|'--username')
        return
        ;;
    '-P'|'--pw')
        return
        ;;
    '--password-file')
        __tinymqtt_add_completions -f
        return
        ;;
    '-V'|'--protocol-version')
        __tinymqtt_add_completions -W '5'$'\n''311'$'\n''31'
        return
        ;;
    '-x'|'--session-expiry')
        return
        ;;
    '-M'|'--max-inflight')
        return
        ;;
    '-t'|'--topic')
        __tinymqtt_add_completions -W "$(__tinymqtt_custom_complete ---completion rr -- --topic "${COMP_CWORD}" "$(__tinymqtt_cursor_index_in_current_word)")"
        return
        ;;
    '-e'|'--response-topic')
        return
        ;;
    '-m'|'--message')
        return
        ;;
    '--payload')
        return
        ;;
    '-f'|'--file')
        __tinymqtt_add_completions -f
        return
        ;;
    '-q'|'--qos')
        __tinymqtt_add_completions -W '0'$'\n''1'$'\n''2'
        return
        ;;
    '-C'|'--count')
        return
        ;;
    '-W'|'--timeout')
        return
        ;;
    '--retain-handling')
        __tinymqtt_add_completions -W 'always'$'\n''new'$'\n''never'
        return
        ;;
    '-F'|'--format')
        return
        ;;
    '--will-topic')
        return
        ;;
    '--will-payload')
        return
        ;;
    '--will-qos')
        __tinymqtt_add_completions -W '0'$'\n''1'$'\n''2'
        return
        ;;
    '-D'|'--property')
        return
        ;;
    '--log-level')
        __tinymqtt_add_completions -W 'error'$'\n''warning'$'\n''notice'$'\n''info'$'\n''debug'
        return
        ;;
    '-o'|'--options-file')
        __tinymqtt_add_completions -f
        return
        ;;
    esac
}

_tinymqtt_get() {
    repeating_flags=()
    non_repeating_flags=(-S --srv --ws --nodelay --tls-use-os-certs --insecure --no-tls -c --disable-clean-session -v --verbose --json --pretty -N --no-newline -d --debug --quiet --version --help)
    repeating_options=()
    non_repeating_options=(-h --host -p --port --unix -L --url -A --bind --ws-path --proxy --connect-timeout --retry -k --keepalive --cafile --capath --cert --key --keyform --ciphers --tls-version --tls-alpn --tls-keylog --tls-engine --tls-engine-kpass-sha1 --psk --psk-identity -i --id -I --id-prefix -u --username -P --pw --password-file -V --protocol-version -x --session-expiry -M --max-inflight -W --timeout -F --format --log-level)
    __tinymqtt_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '-h'|'--host')
        return
        ;;
    '-p'|'--port')
        return
        ;;
    '--unix')
        __tinymqtt_add_completions -f
        return
        ;;
    '-L'|'--url')
        return
        ;;
    '-A'|'--bind')
        return
        ;;
    '--ws-path')
        return
        ;;
    '--proxy')
        return
        ;;
    '--connect-timeout')
        return
        ;;
    '--retry')
        __tinymqtt_add_completions -W 'never'$'\n''forever'
        return
        ;;
    '-k'|'--keepalive')
        return
        ;;
    '--cafile')
        __tinymqtt_add_completions -f
        return
        ;;
    '--capath')
        __tinymqtt_add_completions -d
        return
        ;;
    '--cert')
        __tinymqtt_add_completions -f
        return
        ;;
    '--key')
        __tinymqtt_add_completions -f
        return
        ;;
    '--keyform')
        __tinymqtt_add_completions -W 'pem'
        return
        ;;
    '--ciphers')
        return
        ;;
    '--tls-version')
        __tinymqtt_add_completions -W 'tlsv1.2'$'\n''tlsv1.3'
        return
        ;;
    '--tls-alpn')
        return
        ;;
    '--tls-keylog')
        __tinymqtt_add_completions -f
        return
        ;;
    '--tls-engine')
        return
        ;;
    '--tls-engine-kpass-sha1')
        return
        ;;
    '--psk')
        return
        ;;
    '--psk-identity')
        return
        ;;
    '-i'|'--id')
        return
        ;;
    '-I'|'--id-prefix')
        return
        ;;
    '-u'|'--username')
        return
        ;;
    '-P'|'--pw')
        return
        ;;
    '--password-file')
        __tinymqtt_add_completions -f
        return
        ;;
    '-V'|'--protocol-version')
        __tinymqtt_add_completions -W '5'$'\n''311'$'\n''31'
        return
        ;;
    '-x'|'--session-expiry')
        return
        ;;
    '-M'|'--max-inflight')
        return
        ;;
    '-W'|'--timeout')
        return
        ;;
    '-F'|'--format')
        return
        ;;
    '--log-level')
        __tinymqtt_add_completions -W 'error'$'\n''warning'$'\n''notice'$'\n''info'$'\n''debug'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __tinymqtt_add_completions -W "$(__tinymqtt_custom_complete ---completion get -- positional@0 "${COMP_CWORD}" "$(__tinymqtt_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_tinymqtt_ping() {
    repeating_flags=()
    non_repeating_flags=(-S --srv --ws --nodelay --tls-use-os-certs --insecure --no-tls -c --disable-clean-session --json -d --debug --quiet --version --help)
    repeating_options=()
    non_repeating_options=(-h --host -p --port --unix -L --url -A --bind --ws-path --proxy --connect-timeout --retry -k --keepalive --cafile --capath --cert --key --keyform --ciphers --tls-version --tls-alpn --tls-keylog --tls-engine --tls-engine-kpass-sha1 --psk --psk-identity -i --id -I --id-prefix -u --username -P --pw --password-file -V --protocol-version -x --session-expiry -M --max-inflight -C --count --interval -W --timeout --log-level)
    __tinymqtt_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '-h'|'--host')
        return
        ;;
    '-p'|'--port')
        return
        ;;
    '--unix')
        __tinymqtt_add_completions -f
        return
        ;;
    '-L'|'--url')
        return
        ;;
    '-A'|'--bind')
        return
        ;;
    '--ws-path')
        return
        ;;
    '--proxy')
        return
        ;;
    '--connect-timeout')
        return
        ;;
    '--retry')
        __tinymqtt_add_completions -W 'never'$'\n''forever'
        return
        ;;
    '-k'|'--keepalive')
        return
        ;;
    '--cafile')
        __tinymqtt_add_completions -f
        return
        ;;
    '--capath')
        __tinymqtt_add_completions -d
        return
        ;;
    '--cert')
        __tinymqtt_add_completions -f
        return
        ;;
    '--key')
        __tinymqtt_add_completions -f
        return
        ;;
    '--keyform')
        __tinymqtt_add_completions -W 'pem'
        return
        ;;
    '--ciphers')
        return
        ;;
    '--tls-version')
        __tinymqtt_add_completions -W 'tlsv1.2'$'\n''tlsv1.3'
        return
        ;;
    '--tls-alpn')
        return
        ;;
    '--tls-keylog')
        __tinymqtt_add_completions -f
        return
        ;;
    '--tls-engine')
        return
        ;;
    '--tls-engine-kpass-sha1')
        return
        ;;
    '--psk')
        return
        ;;
    '--psk-identity')
        return
        ;;
    '-i'|'--id')
        return
        ;;
    '-I'|'--id-prefix')
        return
        ;;
    '-u'|'--username')
        return
        ;;
    '-P'|'--pw')
        return
        ;;
    '--password-file')
        __tinymqtt_add_completions -f
        return
        ;;
    '-V'|'--protocol-version')
        __tinymqtt_add_completions -W '5'$'\n''311'$'\n''31'
        return
        ;;
    '-x'|'--session-expiry')
        return
        ;;
    '-M'|'--max-inflight')
        return
        ;;
    '-C'|'--count')
        return
        ;;
    '--interval')
        return
        ;;
    '-W'|'--timeout')
        return
        ;;
    '--log-level')
        __tinymqtt_add_completions -W 'error'$'\n''warning'$'\n''notice'$'\n''info'$'\n''debug'
        return
        ;;
    esac
}

_tinymqtt_bench() {
    repeating_flags=()
    non_repeating_flags=(--no-spin --json -S --srv --ws --nodelay --tls-use-os-certs --insecure --no-tls -c --disable-clean-session -d --debug --quiet --version --help)
    repeating_options=()
    non_repeating_options=(--publishers --subscribers --connections --parallel --hold -q --qos --size -C --count --duration --warm-up --rate --window -t --topic --stall --threads -h --host -p --port --unix -L --url -A --bind --ws-path --proxy --connect-timeout --retry -k --keepalive --cafile --capath --cert --key --keyform --ciphers --tls-version --tls-alpn --tls-keylog --tls-engine --tls-engine-kpass-sha1 --psk --psk-identity -i --id -I --id-prefix -u --username -P --pw --password-file -V --protocol-version -x --session-expiry -M --max-inflight --log-level)
    __tinymqtt_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--publishers')
        return
        ;;
    '--subscribers')
        return
        ;;
    '--connections')
        return
        ;;
    '--parallel')
        return
        ;;
    '--hold')
        return
        ;;
    '-q'|'--qos')
        __tinymqtt_add_completions -W '0'$'\n''1'$'\n''2'
        return
        ;;
    '--size')
        return
        ;;
    '-C'|'--count')
        return
        ;;
    '--duration')
        return
        ;;
    '--warm-up')
        return
        ;;
    '--rate')
        return
        ;;
    '--window')
        return
        ;;
    '-t'|'--topic')
        return
        ;;
    '--stall')
        return
        ;;
    '--threads')
        return
        ;;
    '-h'|'--host')
        return
        ;;
    '-p'|'--port')
        return
        ;;
    '--unix')
        __tinymqtt_add_completions -f
        return
        ;;
    '-L'|'--url')
        return
        ;;
    '-A'|'--bind')
        return
        ;;
    '--ws-path')
        return
        ;;
    '--proxy')
        return
        ;;
    '--connect-timeout')
        return
        ;;
    '--retry')
        __tinymqtt_add_completions -W 'never'$'\n''forever'
        return
        ;;
    '-k'|'--keepalive')
        return
        ;;
    '--cafile')
        __tinymqtt_add_completions -f
        return
        ;;
    '--capath')
        __tinymqtt_add_completions -d
        return
        ;;
    '--cert')
        __tinymqtt_add_completions -f
        return
        ;;
    '--key')
        __tinymqtt_add_completions -f
        return
        ;;
    '--keyform')
        __tinymqtt_add_completions -W 'pem'
        return
        ;;
    '--ciphers')
        return
        ;;
    '--tls-version')
        __tinymqtt_add_completions -W 'tlsv1.2'$'\n''tlsv1.3'
        return
        ;;
    '--tls-alpn')
        return
        ;;
    '--tls-keylog')
        __tinymqtt_add_completions -f
        return
        ;;
    '--tls-engine')
        return
        ;;
    '--tls-engine-kpass-sha1')
        return
        ;;
    '--psk')
        return
        ;;
    '--psk-identity')
        return
        ;;
    '-i'|'--id')
        return
        ;;
    '-I'|'--id-prefix')
        return
        ;;
    '-u'|'--username')
        return
        ;;
    '-P'|'--pw')
        return
        ;;
    '--password-file')
        __tinymqtt_add_completions -f
        return
        ;;
    '-V'|'--protocol-version')
        __tinymqtt_add_completions -W '5'$'\n''311'$'\n''31'
        return
        ;;
    '-x'|'--session-expiry')
        return
        ;;
    '-M'|'--max-inflight')
        return
        ;;
    '--log-level')
        __tinymqtt_add_completions -W 'error'$'\n''warning'$'\n''notice'$'\n''info'$'\n''debug'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __tinymqtt_add_completions -W 'pub'$'\n''sub'$'\n''pairs'$'\n''fan-in'$'\n''fan-out'$'\n''connections'$'\n''latency'
        return
        ;;
    esac
}

_tinymqtt_room-server() {
    repeating_flags=()
    non_repeating_flags=(-S --srv --ws --nodelay --tls-use-os-certs --insecure --no-tls -c --disable-clean-session --status --json -d --debug --quiet --version --help)
    repeating_options=()
    non_repeating_options=(-h --host -p --port --unix -L --url -A --bind --ws-path --proxy --connect-timeout --retry -k --keepalive --cafile --capath --cert --key --keyform --ciphers --tls-version --tls-alpn --tls-keylog --tls-engine --tls-engine-kpass-sha1 --psk --psk-identity -i --id -I --id-prefix -u --username -P --pw --password-file -V --protocol-version -x --session-expiry -M --max-inflight --prefix --timeout --log-level)
    __tinymqtt_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '-h'|'--host')
        return
        ;;
    '-p'|'--port')
        return
        ;;
    '--unix')
        __tinymqtt_add_completions -f
        return
        ;;
    '-L'|'--url')
        return
        ;;
    '-A'|'--bind')
        return
        ;;
    '--ws-path')
        return
        ;;
    '--proxy')
        return
        ;;
    '--connect-timeout')
        return
        ;;
    '--retry')
        __tinymqtt_add_completions -W 'never'$'\n''forever'
        return
        ;;
    '-k'|'--keepalive')
        return
        ;;
    '--cafile')
        __tinymqtt_add_completions -f
        return
        ;;
    '--capath')
        __tinymqtt_add_completions -d
        return
        ;;
    '--cert')
        __tinymqtt_add_completions -f
        return
        ;;
    '--key')
        __tinymqtt_add_completions -f
        return
        ;;
    '--keyform')
        __tinymqtt_add_completions -W 'pem'
        return
        ;;
    '--ciphers')
        return
        ;;
    '--tls-version')
        __tinymqtt_add_completions -W 'tlsv1.2'$'\n''tlsv1.3'
        return
        ;;
    '--tls-alpn')
        return
        ;;
    '--tls-keylog')
        __tinymqtt_add_completions -f
        return
        ;;
    '--tls-engine')
        return
        ;;
    '--tls-engine-kpass-sha1')
        return
        ;;
    '--psk')
        return
        ;;
    '--psk-identity')
        return
        ;;
    '-i'|'--id')
        return
        ;;
    '-I'|'--id-prefix')
        return
        ;;
    '-u'|'--username')
        return
        ;;
    '-P'|'--pw')
        return
        ;;
    '--password-file')
        __tinymqtt_add_completions -f
        return
        ;;
    '-V'|'--protocol-version')
        __tinymqtt_add_completions -W '5'$'\n''311'$'\n''31'
        return
        ;;
    '-x'|'--session-expiry')
        return
        ;;
    '-M'|'--max-inflight')
        return
        ;;
    '--prefix')
        return
        ;;
    '--timeout')
        return
        ;;
    '--log-level')
        __tinymqtt_add_completions -W 'error'$'\n''warning'$'\n''notice'$'\n''info'$'\n''debug'
        return
        ;;
    esac
}

_tinymqtt_join() {
    repeating_flags=()
    non_repeating_flags=(-S --srv --ws --nodelay --tls-use-os-certs --insecure --no-tls -c --disable-clean-session --json -d --debug --quiet --version --help)
    repeating_options=(--room)
    non_repeating_options=(-h --host -p --port --unix -L --url -A --bind --ws-path --proxy --connect-timeout --retry -k --keepalive --cafile --capath --cert --key --keyform --ciphers --tls-version --tls-alpn --tls-keylog --tls-engine --tls-engine-kpass-sha1 --psk --psk-identity -i --id -I --id-prefix -u --username -P --pw --password-file -V --protocol-version -x --session-expiry -M --max-inflight --client-id -q --qos --prefix --log-level)
    __tinymqtt_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '-h'|'--host')
        return
        ;;
    '-p'|'--port')
        return
        ;;
    '--unix')
        __tinymqtt_add_completions -f
        return
        ;;
    '-L'|'--url')
        return
        ;;
    '-A'|'--bind')
        return
        ;;
    '--ws-path')
        return
        ;;
    '--proxy')
        return
        ;;
    '--connect-timeout')
        return
        ;;
    '--retry')
        __tinymqtt_add_completions -W 'never'$'\n''forever'
        return
        ;;
    '-k'|'--keepalive')
        return
        ;;
    '--cafile')
        __tinymqtt_add_completions -f
        return
        ;;
    '--capath')
        __tinymqtt_add_completions -d
        return
        ;;
    '--cert')
        __tinymqtt_add_completions -f
        return
        ;;
    '--key')
        __tinymqtt_add_completions -f
        return
        ;;
    '--keyform')
        __tinymqtt_add_completions -W 'pem'
        return
        ;;
    '--ciphers')
        return
        ;;
    '--tls-version')
        __tinymqtt_add_completions -W 'tlsv1.2'$'\n''tlsv1.3'
        return
        ;;
    '--tls-alpn')
        return
        ;;
    '--tls-keylog')
        __tinymqtt_add_completions -f
        return
        ;;
    '--tls-engine')
        return
        ;;
    '--tls-engine-kpass-sha1')
        return
        ;;
    '--psk')
        return
        ;;
    '--psk-identity')
        return
        ;;
    '-i'|'--id')
        return
        ;;
    '-I'|'--id-prefix')
        return
        ;;
    '-u'|'--username')
        return
        ;;
    '-P'|'--pw')
        return
        ;;
    '--password-file')
        __tinymqtt_add_completions -f
        return
        ;;
    '-V'|'--protocol-version')
        __tinymqtt_add_completions -W '5'$'\n''311'$'\n''31'
        return
        ;;
    '-x'|'--session-expiry')
        return
        ;;
    '-M'|'--max-inflight')
        return
        ;;
    '--client-id')
        return
        ;;
    '--room')
        return
        ;;
    '-q'|'--qos')
        __tinymqtt_add_completions -W '0'$'\n''1'$'\n''2'
        return
        ;;
    '--prefix')
        return
        ;;
    '--log-level')
        __tinymqtt_add_completions -W 'error'$'\n''warning'$'\n''notice'$'\n''info'$'\n''debug'
        return
        ;;
    esac
}

_tinymqtt_send-room() {
    repeating_flags=()
    non_repeating_flags=(-S --srv --ws --nodelay --tls-use-os-certs --insecure --no-tls -c --disable-clean-session --json -d --debug --quiet --version --help)
    repeating_options=()
    non_repeating_options=(-h --host -p --port --unix -L --url -A --bind --ws-path --proxy --connect-timeout --retry -k --keepalive --cafile --capath --cert --key --keyform --ciphers --tls-version --tls-alpn --tls-keylog --tls-engine --tls-engine-kpass-sha1 --psk --psk-identity -i --id -I --id-prefix -u --username -P --pw --password-file -V --protocol-version -x --session-expiry -M --max-inflight --room -m --message -q --qos --timeout --prefix --log-level)
    __tinymqtt_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '-h'|'--host')
        return
        ;;
    '-p'|'--port')
        return
        ;;
    '--unix')
        __tinymqtt_add_completions -f
        return
        ;;
    '-L'|'--url')
        return
        ;;
    '-A'|'--bind')
        return
        ;;
    '--ws-path')
        return
        ;;
    '--proxy')
        return
        ;;
    '--connect-timeout')
        return
        ;;
    '--retry')
        __tinymqtt_add_completions -W 'never'$'\n''forever'
        return
        ;;
    '-k'|'--keepalive')
        return
        ;;
    '--cafile')
        __tinymqtt_add_completions -f
        return
        ;;
    '--capath')
        __tinymqtt_add_completions -d
        return
        ;;
    '--cert')
        __tinymqtt_add_completions -f
        return
        ;;
    '--key')
        __tinymqtt_add_completions -f
        return
        ;;
    '--keyform')
        __tinymqtt_add_completions -W 'pem'
        return
        ;;
    '--ciphers')
        return
        ;;
    '--tls-version')
        __tinymqtt_add_completions -W 'tlsv1.2'$'\n''tlsv1.3'
        return
        ;;
    '--tls-alpn')
        return
        ;;
    '--tls-keylog')
        __tinymqtt_add_completions -f
        return
        ;;
    '--tls-engine')
        return
        ;;
    '--tls-engine-kpass-sha1')
        return
        ;;
    '--psk')
        return
        ;;
    '--psk-identity')
        return
        ;;
    '-i'|'--id')
        return
        ;;
    '-I'|'--id-prefix')
        return
        ;;
    '-u'|'--username')
        return
        ;;
    '-P'|'--pw')
        return
        ;;
    '--password-file')
        __tinymqtt_add_completions -f
        return
        ;;
    '-V'|'--protocol-version')
        __tinymqtt_add_completions -W '5'$'\n''311'$'\n''31'
        return
        ;;
    '-x'|'--session-expiry')
        return
        ;;
    '-M'|'--max-inflight')
        return
        ;;
    '--room')
        return
        ;;
    '-m'|'--message')
        return
        ;;
    '-q'|'--qos')
        __tinymqtt_add_completions -W '0'$'\n''1'$'\n''2'
        return
        ;;
    '--timeout')
        return
        ;;
    '--prefix')
        return
        ;;
    '--log-level')
        __tinymqtt_add_completions -W 'error'$'\n''warning'$'\n''notice'$'\n''info'$'\n''debug'
        return
        ;;
    esac
}

_tinymqtt_send-client() {
    repeating_flags=()
    non_repeating_flags=(-S --srv --ws --nodelay --tls-use-os-certs --insecure --no-tls -c --disable-clean-session --json -d --debug --quiet --version --help)
    repeating_options=()
    non_repeating_options=(-h --host -p --port --unix -L --url -A --bind --ws-path --proxy --connect-timeout --retry -k --keepalive --cafile --capath --cert --key --keyform --ciphers --tls-version --tls-alpn --tls-keylog --tls-engine --tls-engine-kpass-sha1 --psk --psk-identity -i --id -I --id-prefix -u --username -P --pw --password-file -V --protocol-version -x --session-expiry -M --max-inflight --client-id --room -m --message -q --qos --timeout --prefix --log-level)
    __tinymqtt_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '-h'|'--host')
        return
        ;;
    '-p'|'--port')
        return
        ;;
    '--unix')
        __tinymqtt_add_completions -f
        return
        ;;
    '-L'|'--url')
        return
        ;;
    '-A'|'--bind')
        return
        ;;
    '--ws-path')
        return
        ;;
    '--proxy')
        return
        ;;
    '--connect-timeout')
        return
        ;;
    '--retry')
        __tinymqtt_add_completions -W 'never'$'\n''forever'
        return
        ;;
    '-k'|'--keepalive')
        return
        ;;
    '--cafile')
        __tinymqtt_add_completions -f
        return
        ;;
    '--capath')
        __tinymqtt_add_completions -d
        return
        ;;
    '--cert')
        __tinymqtt_add_completions -f
        return
        ;;
    '--key')
        __tinymqtt_add_completions -f
        return
        ;;
    '--keyform')
        __tinymqtt_add_completions -W 'pem'
        return
        ;;
    '--ciphers')
        return
        ;;
    '--tls-version')
        __tinymqtt_add_completions -W 'tlsv1.2'$'\n''tlsv1.3'
        return
        ;;
    '--tls-alpn')
        return
        ;;
    '--tls-keylog')
        __tinymqtt_add_completions -f
        return
        ;;
    '--tls-engine')
        return
        ;;
    '--tls-engine-kpass-sha1')
        return
        ;;
    '--psk')
        return
        ;;
    '--psk-identity')
        return
        ;;
    '-i'|'--id')
        return
        ;;
    '-I'|'--id-prefix')
        return
        ;;
    '-u'|'--username')
        return
        ;;
    '-P'|'--pw')
        return
        ;;
    '--password-file')
        __tinymqtt_add_completions -f
        return
        ;;
    '-V'|'--protocol-version')
        __tinymqtt_add_completions -W '5'$'\n''311'$'\n''31'
        return
        ;;
    '-x'|'--session-expiry')
        return
        ;;
    '-M'|'--max-inflight')
        return
        ;;
    '--client-id')
        return
        ;;
    '--room')
        return
        ;;
    '-m'|'--message')
        return
        ;;
    '-q'|'--qos')
        __tinymqtt_add_completions -W '0'$'\n''1'$'\n''2'
        return
        ;;
    '--timeout')
        return
        ;;
    '--prefix')
        return
        ;;
    '--log-level')
        __tinymqtt_add_completions -W 'error'$'\n''warning'$'\n''notice'$'\n''info'$'\n''debug'
        return
        ;;
    esac
}

_tinymqtt_chat-server() {
    repeating_flags=()
    non_repeating_flags=(-S --srv --ws --nodelay --tls-use-os-certs --insecure --no-tls -c --disable-clean-session -d --debug --quiet --version --help)
    repeating_options=()
    non_repeating_options=(-h --host -p --port --unix -L --url -A --bind --ws-path --proxy --connect-timeout --retry -k --keepalive --cafile --capath --cert --key --keyform --ciphers --tls-version --tls-alpn --tls-keylog --tls-engine --tls-engine-kpass-sha1 --psk --psk-identity -i --id -I --id-prefix -u --username -P --pw --password-file -V --protocol-version -x --session-expiry -M --max-inflight --history --store --timeout --rate -q --qos --log-level)
    __tinymqtt_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '-h'|'--host')
        return
        ;;
    '-p'|'--port')
        return
        ;;
    '--unix')
        __tinymqtt_add_completions -f
        return
        ;;
    '-L'|'--url')
        return
        ;;
    '-A'|'--bind')
        return
        ;;
    '--ws-path')
        return
        ;;
    '--proxy')
        return
        ;;
    '--connect-timeout')
        return
        ;;
    '--retry')
        __tinymqtt_add_completions -W 'never'$'\n''forever'
        return
        ;;
    '-k'|'--keepalive')
        return
        ;;
    '--cafile')
        __tinymqtt_add_completions -f
        return
        ;;
    '--capath')
        __tinymqtt_add_completions -d
        return
        ;;
    '--cert')
        __tinymqtt_add_completions -f
        return
        ;;
    '--key')
        __tinymqtt_add_completions -f
        return
        ;;
    '--keyform')
        __tinymqtt_add_completions -W 'pem'
        return
        ;;
    '--ciphers')
        return
        ;;
    '--tls-version')
        __tinymqtt_add_completions -W 'tlsv1.2'$'\n''tlsv1.3'
        return
        ;;
    '--tls-alpn')
        return
        ;;
    '--tls-keylog')
        __tinymqtt_add_completions -f
        return
        ;;
    '--tls-engine')
        return
        ;;
    '--tls-engine-kpass-sha1')
        return
        ;;
    '--psk')
        return
        ;;
    '--psk-identity')
        return
        ;;
    '-i'|'--id')
        return
        ;;
    '-I'|'--id-prefix')
        return
        ;;
    '-u'|'--username')
        return
        ;;
    '-P'|'--pw')
        return
        ;;
    '--password-file')
        __tinymqtt_add_completions -f
        return
        ;;
    '-V'|'--protocol-version')
        __tinymqtt_add_completions -W '5'$'\n''311'$'\n''31'
        return
        ;;
    '-x'|'--session-expiry')
        return
        ;;
    '-M'|'--max-inflight')
        return
        ;;
    '--history')
        return
        ;;
    '--store')
        __tinymqtt_add_completions -f
        return
        ;;
    '--timeout')
        return
        ;;
    '--rate')
        return
        ;;
    '-q'|'--qos')
        __tinymqtt_add_completions -W '0'$'\n''1'$'\n''2'
        return
        ;;
    '--log-level')
        __tinymqtt_add_completions -W 'error'$'\n''warning'$'\n''notice'$'\n''info'$'\n''debug'
        return
        ;;
    esac
}

_tinymqtt_chat() {
    repeating_flags=()
    non_repeating_flags=(-S --srv --ws --nodelay --tls-use-os-certs --insecure --no-tls --read-only --json -d --debug --quiet --version --help)
    repeating_options=()
    non_repeating_options=(-h --host -p --port --unix -L --url -A --bind --ws-path --proxy --connect-timeout --retry -k --keepalive --cafile --capath --cert --key --keyform --ciphers --tls-version --tls-alpn --tls-keylog --tls-engine --tls-engine-kpass-sha1 --psk --psk-identity -i --id -u -P --pw -V --protocol-version --username -t --topic --heartbeat --timeout --rate -q --qos --log-level)
    __tinymqtt_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '-h'|'--host')
        return
        ;;
    '-p'|'--port')
        return
        ;;
    '--unix')
        __tinymqtt_add_completions -f
        return
        ;;
    '-L'|'--url')
        return
        ;;
    '-A'|'--bind')
        return
        ;;
    '--ws-path')
        return
        ;;
    '--proxy')
        return
        ;;
    '--connect-timeout')
        return
        ;;
    '--retry')
        __tinymqtt_add_completions -W 'never'$'\n''forever'
        return
        ;;
    '-k'|'--keepalive')
        return
        ;;
    '--cafile')
        __tinymqtt_add_completions -f
        return
        ;;
    '--capath')
        __tinymqtt_add_completions -d
        return
        ;;
    '--cert')
        __tinymqtt_add_completions -f
        return
        ;;
    '--key')
        __tinymqtt_add_completions -f
        return
        ;;
    '--keyform')
        __tinymqtt_add_completions -W 'pem'
        return
        ;;
    '--ciphers')
        return
        ;;
    '--tls-version')
        __tinymqtt_add_completions -W 'tlsv1.2'$'\n''tlsv1.3'
        return
        ;;
    '--tls-alpn')
        return
        ;;
    '--tls-keylog')
        __tinymqtt_add_completions -f
        return
        ;;
    '--tls-engine')
        return
        ;;
    '--tls-engine-kpass-sha1')
        return
        ;;
    '--psk')
        return
        ;;
    '--psk-identity')
        return
        ;;
    '-i'|'--id')
        return
        ;;
    '-u')
        return
        ;;
    '-P'|'--pw')
        return
        ;;
    '-V'|'--protocol-version')
        return
        ;;
    '--username')
        return
        ;;
    '-t'|'--topic')
        return
        ;;
    '--heartbeat')
        return
        ;;
    '--timeout')
        return
        ;;
    '--rate')
        return
        ;;
    '-q'|'--qos')
        __tinymqtt_add_completions -W '0'$'\n''1'$'\n''2'
        return
        ;;
    '--log-level')
        __tinymqtt_add_completions -W 'error'$'\n''warning'$'\n''notice'$'\n''info'$'\n''debug'
        return
        ;;
    esac
}

_tinymqtt_shell() {
    repeating_flags=()
    non_repeating_flags=(--keep-going --version --help)
    repeating_options=(-c --command)
    non_repeating_options=()
    __tinymqtt_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '-c'|'--command')
        return
        ;;
    esac
}

_tinymqtt_passwd() {
    repeating_flags=()
    non_repeating_flags=(-c --create -b --batch -D --delete -U --upgrade --version --help)
    repeating_options=()
    non_repeating_options=(-H --hash -I --iterations)
    __tinymqtt_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '-H'|'--hash')
        __tinymqtt_add_completions -W 'sha512'$'\n''sha512-pbkdf2'$'\n''argon2id'
        return
        ;;
    '-I'|'--iterations')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __tinymqtt_add_completions -f
        return
        ;;
    esac
}

_tinymqtt_exit-codes() {
    repeating_flags=()
    non_repeating_flags=(--version --help)
    repeating_options=()
    non_repeating_options=()
    __tinymqtt_offer_flags_options 0
}

_tinymqtt_help() {
    repeating_flags=()
    non_repeating_flags=(--version)
    repeating_options=()
    non_repeating_options=()
    __tinymqtt_offer_flags_options -1
}

complete -o filenames -F _tinymqtt tinymqtt
