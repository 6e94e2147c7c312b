# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import monitor, overview

from . import whereabouts  # isort: skip  it extends the overview
