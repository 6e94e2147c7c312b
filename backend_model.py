# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the abstract models, see ``models``."""

from .models.backend.backend import ConnectorBackend
from .models.binding import ConnectorBinding, ExternalBinding

__all__ = ["ConnectorBackend", "ConnectorBinding", "ExternalBinding"]
