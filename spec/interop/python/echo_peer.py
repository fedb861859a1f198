"""Answers every message with itself; `{"exit": CODE}` ends the script."""

import sys

from json_lines import tell, told

tell({"args": sys.argv[1:]})
for message in told():
    if isinstance(message, dict) and "exit" in message:
        sys.stderr.write("asked to exit\n")
        sys.exit(message["exit"])
    tell(message)
