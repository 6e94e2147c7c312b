# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the deprecations, see ``components.deprecation``."""

from .components.deprecation import DeprecatedClass, log_deprecate

__all__ = ["DeprecatedClass", "log_deprecate"]
