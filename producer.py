# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the record events' source, see ``models.base``.

Nothing is patched by importing it: the model ``base`` fires the events.
"""

from .models import base as _base  # noqa: F401 its import is all that is wanted
