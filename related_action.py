# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the related action, see ``components.related_action``."""

from .components.related_action import unwrap_binding

__all__ = ["unwrap_binding"]
