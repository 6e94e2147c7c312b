# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    backend,
    flow,
    flow_export,
    flow_folder,
    flow_hook,
    harm,
    job,
    order,
    partner,
    rest_shop,
    shop,
    sync,
    ware,
)

from . import backend_job  # isort: skip  it extends models of the others
