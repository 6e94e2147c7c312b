# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What do tests borrow from the tools in bin/?"""

import importlib
import sys
from pathlib import Path
from types import ModuleType

from odoo.addons import connector

FOLDER = Path(connector.__file__).resolve().parent / "bin"


def import_tool(name: str) -> ModuleType:
    """Return a module of the tools; they need the standard library only."""
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
    return importlib.import_module(f"ground.{name}")
