# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the binder, see ``components.binder``."""

from ..components.binder import Binder

__all__ = ["Binder"]
