# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The units of a connector: one role per file."""

# they complete classes of the modules that they import
from . import binder, mapper
