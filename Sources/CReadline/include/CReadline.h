// What the line editor uses of GNU readline. Its interface is global variables, which Swift cannot take: so each that is
// used has a function around it here. All functions are to be called on one thread, the editor's.
#ifndef CREADLINE_H
#define CREADLINE_H

#include <stdbool.h>
#include <stddef.h>

/// Asked for completions of what stands before the cursor. It calls `line_editor_offer` for each, and then
/// `line_editor_conclude`; neither where there is none.
typedef void (*line_completer)(void *context, const char *text);
/// Told to show the candidates that were found last.
typedef void (*line_lister)(void *context);

/// Prepares readline: the locale, no signal handlers, the completer.
void line_editor_prepare(const char *application, line_completer completer, line_lister lister, void *context);
/// Names one candidate: the whole line up to the cursor, completed.
void line_editor_offer(const char *line);
/// Ends the completer's answer.
/// - common: what all candidates begin with, also those that were not named.
/// - following: what to put behind the only candidate: a blank, or 0 for nothing.
void line_editor_conclude(const char *common, char following);

/// Makes the terminal ready, and shows the prompt with an empty line.
void line_editor_begin(const char *prompt);
/// Gives the terminal back.
void line_editor_end(void);
/// Gives the terminal back for a while, with the line kept.
void line_editor_release(void);
/// Takes the terminal again, and shows the line.
void line_editor_resume(void);

/// Reads what was typed: at least one byte is there to be read.
void line_editor_read(void);
/// Whether a line was entered, or the input has ended, since the last call. Of a line the caller frees the text.
bool line_editor_take(char **line);

/// Removes the line from the screen; the cursor stands where it began.
void line_editor_erase(void);
/// Shows the line where the cursor stands.
void line_editor_draw(void);
/// Writes text to the screen, between the two above.
void line_editor_write(const char *text, size_t count);
/// Hands all that was written to the terminal.
void line_editor_flush(void);
/// Throws away what is typed, also in the middle of a search, and begins a new line below.
void line_editor_interrupt(void);
/// The screen has another size.
void line_editor_resize(void);
/// Changes the prompt, and shows it; `false` where the line shows something else for the moment, like a search.
bool line_editor_set_prompt(const char *prompt);
/// How many columns the screen has.
int line_editor_columns(void);

/// Has a signal do nothing but write its number, as one byte, to a descriptor that does not block. This may be called on
/// any thread.
void line_editor_watch_signal(int number, int descriptor);

/// Adds a line to those that can be recalled, and forgets the oldest beyond the limit.
void line_editor_remember(const char *line);
void line_editor_limit_history(int count);

/// How many columns a text takes; negative where it has control characters.
int line_editor_width(const char *text);
/// Chooses a UTF-8 locale for characters, as the environment has it where that is one.
void line_editor_use_utf8(void);

#endif
