"""What a terminal shows: reads what a program writes to it, and tells the screen.

Each line of the input is a command: "feed HEX", "resize COLUMNS ROWS", or "show", which is answered by one line of JSON.
"""

import json
import sys

import pyte

screen = pyte.Screen(int(sys.argv[1]), int(sys.argv[2]))
stream = pyte.ByteStream(screen)
for line in sys.stdin:
    words = line.split()
    if words[0] == "feed":
        stream.feed(bytes.fromhex(words[1]))
    elif words[0] == "resize":
        screen.resize(int(words[2]), int(words[1]))
    else:
        lines = [row.rstrip() for row in screen.display]
        answer = {"lines": lines, "row": screen.cursor.y, "column": screen.cursor.x}
        print(json.dumps(answer), flush=True)
