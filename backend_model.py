# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the abstract models, see ``models``."""

from .models.backend.backend import ConnectorBackend
from .models.backend.backend import ConnectorBackend as connector_backend
from .models.binding import ConnectorBinding, ExternalBinding
from .models.binding import ExternalBinding as external_binding

__all__ = [
    "ConnectorBackend",
    "ConnectorBinding",
    "ExternalBinding",
    "connector_backend",
    "external_binding",
]
