"""Checks that the code which a correction replaces still exists in the installed MiniStack."""

import sys


def require(condition, what):
    if not condition:
        sys.exit(f"local/emulator does not fit this MiniStack version: {what}")
