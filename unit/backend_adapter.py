# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the adapters, see ``components.backend_adapter``."""

from ..components.backend_adapter import BackendAdapter, CRUDAdapter

__all__ = ["BackendAdapter", "CRUDAdapter"]
