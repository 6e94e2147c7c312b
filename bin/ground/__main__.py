# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Entry point of the commands in ``bin/``."""

import importlib
import signal
import sys
from pathlib import Path

# Python puts the folder of this file first; imports start one folder above it.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

COMMANDS = (
    *("demo", "test", "odoo", "lint", "bench", "mutate", "screenshots", "translate"),
    "new-connector",
)


def main(command: str, arguments: list[str]) -> int:
    """Run ``command`` and return its exit code; a failed step is told in one line."""
    from ground.say import StepFailed, say

    # A polite end clears away as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        program = importlib.import_module(f"ground.{command.replace('-', '_')}_run")
        return program.main(arguments)
    except StepFailed as failure:
        say(f"bin/{command}: {failure}")
        return 1
    except KeyboardInterrupt:
        say(f"bin/{command}: interrupted.")
        return 130


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"Expected one of {', '.join(COMMANDS)} as the first argument.")
    sys.exit(main(sys.argv[1], sys.argv[2:]))
