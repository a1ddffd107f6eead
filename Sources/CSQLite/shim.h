// SQLite, as Debian's libsqlite3-dev brings it.
#include <sqlite3.h>
