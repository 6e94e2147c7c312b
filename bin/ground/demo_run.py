# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What does ``bin/demo`` do: import real contacts into a real Odoo."""

from ground.say import StepFailed


def main(arguments: list[str]) -> int:
    """Say that there is no demo yet."""
    raise StepFailed("run the demo", "it is not written yet.", "Use bin/test.")
