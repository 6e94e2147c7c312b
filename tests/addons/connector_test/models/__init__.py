# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import backend, flow, harm, job, order, partner, sync
from . import backend, flow, harm, job, partner, shop, sync
from . import backend, flow, flow_folder, harm, job, partner, sync

from . import backend_job  # isort: skip  it extends models of the others
