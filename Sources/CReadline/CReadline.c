// For `wcwidth`.
#define _XOPEN_SOURCE 700
#include "CReadline.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include <readline/history.h>
#include <readline/readline.h>

static line_completer ask_completer;
static line_lister show_list;
static void *callback_context;

/// What the completer has answered, as readline wants it: what all matches share, the matches, and a null pointer.
/// Readline frees the array and all strings in it.
static char **offered_matches;
static size_t offered_count;
static bool is_concluded;

/// What was entered; null at the end of the input.
static char *entered_line;
static bool has_entered;

// Readline's screen output comes in many small pieces; collected, the terminal gets each change of the screen whole.
static char output_buffer[1 << 16];

static void line_entered(char *line) {
    entered_line = line;
    has_entered = true;
    if (line != NULL) return;
    // Otherwise readline shows the prompt again.
    rl_callback_handler_remove();
    // With bracketed paste, readline ends the line by itself.
    const char *paste = rl_variable_value("enable-bracketed-paste");
    if (paste == NULL || strcmp(paste, "on") != 0) fputs("\n", rl_outstream);
}

/// No character parts words for readline: the whole line is completed, by rules that only its owner knows.
static char *break_nowhere(void) { return ""; }

static char **complete(const char *text, int start, int end) {
    (void)text;
    (void)start;
    // Nothing else is to be tried, such as the names of files.
    rl_attempted_completion_over = 1;
    rl_completion_append_character = '\0';
    rl_completion_suppress_append = 1;
    rl_ignore_completion_duplicates = 0;
    offered_matches = NULL;
    offered_count = 0;
    is_concluded = false;
    char *line = strndup(rl_line_buffer, (size_t)end);
    if (line == NULL) return NULL;
    ask_completer(callback_context, line);
    free(line);
    return is_concluded ? offered_matches : NULL;
}

static void display_matches(char **matches, int count, int width) {
    (void)matches;
    (void)count;
    (void)width;
    show_list(callback_context);
}

void line_editor_use_utf8(void) {
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return;
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) setlocale(LC_CTYPE, "en_US.UTF-8");
}

// The terminal as it was before readline took it, for ends of the program that pass readline by.
static struct termios settings_before;
static volatile sig_atomic_t has_terminal;
static volatile sig_atomic_t has_bracketed_paste;

static void take_terminal(int meta) {
    if (!has_terminal && tcgetattr(STDIN_FILENO, &settings_before) == 0) {
        const char *paste = rl_variable_value("enable-bracketed-paste");
        has_bracketed_paste = paste != NULL && strcmp(paste, "on") == 0;
        has_terminal = 1;
    }
    rl_prep_terminal(meta);
}

static void give_terminal_back(void) {
    rl_deprep_terminal();
    has_terminal = 0;
}

/// Calls nothing but what a signal may interrupt anywhere.
static void restore_terminal(void) {
    static const char no_bracketed_paste[] = "\033[?2004l\r\n";
    if (!has_terminal) return;
    has_terminal = 0;
    if (has_bracketed_paste && write(STDOUT_FILENO, no_bracketed_paste, sizeof no_bracketed_paste - 1) < 0) {}
    tcsetattr(STDIN_FILENO, TCSANOW, &settings_before);
}

static const int fatal_signals[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV};
enum { fatal_signal_count = sizeof fatal_signals / sizeof *fatal_signals };
static struct sigaction actions_before[fatal_signal_count];

/// The program is at its end: its terminal is not, and whoever handled the signal before says what has happened.
static void end_by_signal(int number, siginfo_t *information, void *context) {
    (void)context;
    restore_terminal();
    for (int index = 0; index < fatal_signal_count; index += 1) {
        if (fatal_signals[index] == number) sigaction(number, &actions_before[index], NULL);
    }
    // A fault happens again by itself, with all that is to be known of it; what was sent does not.
    if (information->si_code <= 0) raise(number);
}

static void watch_ends(void) {
    static bool is_watching;
    if (is_watching) return;
    is_watching = true;
    atexit(restore_terminal);
    for (int index = 0; index < fatal_signal_count; index += 1) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_sigaction = end_by_signal;
        // On the stack of its own that a thread may have: its usual one may be full.
        action.sa_flags = SA_SIGINFO | SA_ONSTACK;
        sigemptyset(&action.sa_mask);
        sigaction(fatal_signals[index], &action, &actions_before[index]);
    }
}

void line_editor_prepare(const char *application, line_completer completer, line_lister lister, void *context) {
    ask_completer = completer;
    show_list = lister;
    callback_context = context;
    line_editor_use_utf8();
    // It is read again whenever the inputrc is; the caller's text does not last so long.
    rl_readline_name = strdup(application);
    rl_outstream = stdout;
    setvbuf(stdout, output_buffer, _IOFBF, sizeof output_buffer);
    watch_ends();
    rl_prep_term_function = take_terminal;
    rl_deprep_term_function = give_terminal_back;
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    // The size of the terminal changes; variables that a shell has exported do not.
    rl_change_environment = 0;
    rl_completer_word_break_characters = "";
    rl_completion_word_break_hook = break_nowhere;
    rl_completer_quote_characters = "";
    rl_attempted_completion_function = complete;
    rl_completion_display_matches_hook = display_matches;
    rl_sort_completion_matches = 0;
    rl_ignore_completion_duplicates = 0;
    using_history();
}

void line_editor_offer(const char *line) {
    char **matches = realloc(offered_matches, (offered_count + 3) * sizeof *matches);
    if (matches == NULL) return;
    offered_matches = matches;
    matches[0] = NULL;
    matches[offered_count + 1] = strdup(line);
    matches[offered_count + 2] = NULL;
    // A match that is missing for lack of memory ends the list.
    if (matches[offered_count + 1] != NULL) offered_count += 1;
}

void line_editor_conclude(const char *common, char following) {
    if (offered_count == 0) return;
    if (offered_count == 1) {
        // One match stands alone.
        offered_matches[0] = offered_matches[1];
        offered_matches[1] = NULL;
    } else {
        offered_matches[0] = strdup(common);
        if (offered_matches[0] == NULL) return;
    }
    rl_completion_suppress_append = following == 0;
    rl_completion_append_character = following;
    is_concluded = true;
}

void line_editor_begin(const char *prompt) { rl_callback_handler_install(prompt, line_entered); }

void line_editor_end(void) {
    rl_callback_handler_remove();
    fflush(rl_outstream);
}

void line_editor_release(void) {
    rl_clear_visible_line();
    give_terminal_back();
    fflush(rl_outstream);
}

void line_editor_resume(void) {
    take_terminal(1);
    // The size may have changed while another program had the terminal.
    rl_resize_terminal();
    rl_forced_update_display();
    fflush(rl_outstream);
}

void line_editor_read(void) { rl_callback_read_char(); }

bool line_editor_take(char **line) {
    if (!has_entered) return false;
    has_entered = false;
    *line = entered_line;
    entered_line = NULL;
    return true;
}

void line_editor_erase(void) { rl_clear_visible_line(); }

void line_editor_draw(void) { rl_forced_update_display(); }

void line_editor_write(const char *text, size_t count) { fwrite(text, 1, count, rl_outstream); }

void line_editor_flush(void) { fflush(rl_outstream); }

/// Whether something else than the prompt stands before the line.
static bool shows_message(void) {
    return RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG) != 0;
}

void line_editor_interrupt(void) {
    // Of these two the clean-up leaves the message where the prompt was.
    bool had_message = RL_ISSTATE(RL_STATE_NSEARCH | RL_STATE_NUMERICARG) != 0;
    rl_callback_sigcleanup();
    if (had_message) {
        rl_restore_prompt();
        rl_clear_message();
    }
    rl_free_line_state();
    // What was typed stays readable above.
    rl_point = rl_end;
    rl_redisplay();
    fputs("^C\n", rl_outstream);
    rl_replace_line("", 1);
    rl_point = rl_end = rl_mark = 0;
    // A line of the history that was being changed is as it was.
    using_history();
    rl_on_new_line();
    rl_redisplay();
    fflush(rl_outstream);
}

void line_editor_resize(void) {
    rl_resize_terminal();
    fflush(rl_outstream);
}

bool line_editor_set_prompt(const char *prompt) {
    if (shows_message()) return false;
    rl_clear_visible_line();
    rl_set_prompt(prompt);
    rl_forced_update_display();
    fflush(rl_outstream);
    return true;
}

static volatile sig_atomic_t signal_descriptor = -1;

/// Calls nothing but what a signal may interrupt anywhere.
static void write_signal(int number) {
    int error = errno;
    unsigned char byte = (unsigned char)number;
    // A full pipe wakes its reader as well.
    if (write(signal_descriptor, &byte, 1) < 0) {}
    errno = error;
}

void line_editor_watch_signal(int number, int descriptor) {
    signal_descriptor = descriptor;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = write_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

int line_editor_columns(void) {
    int rows = 0;
    int columns = 0;
    rl_get_screen_size(&rows, &columns);
    return columns;
}

void line_editor_remember(const char *line) {
    add_history(line);
    // The next line stands behind it; readline had taken its place before.
    using_history();
}

void line_editor_limit_history(int count) { stifle_history(count); }

int line_editor_width(const char *text) {
    mbstate_t state;
    memset(&state, 0, sizeof state);
    size_t remaining = strlen(text);
    int width = 0;
    while (remaining > 0) {
        wchar_t character;
        size_t length = mbrtowc(&character, text, remaining, &state);
        if (length == 0 || length > remaining) return -1;
        int columns = wcwidth(character);
        if (columns < 0) return -1;
        width += columns;
        text += length;
        remaining -= length;
    }
    return width;
}
