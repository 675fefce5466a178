"""Where the command `xinde` begins: Ctrl-C is answered in a sentence from the first moment on.

Imports nothing before that, so that there is no moment at which it would not be.
"""

from __future__ import annotations

import sys

STOPPED = 130  # what a shell expects of a command that was stopped with Ctrl-C


def main() -> None:
    try:
        from webapp.cli import main as command

        command(prog_name="xinde")
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again; it goes on.", file=sys.stderr)
        sys.exit(STOPPED)


if __name__ == "__main__":
    main()
