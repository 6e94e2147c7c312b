# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tools of bin/ that tests use."""

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
