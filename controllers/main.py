# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the controller that ran jobs, which is not ported."""

raise ImportError(
    "RunJobController is not ported: jobs are not run over HTTP any more. Drop it; "
    "override Runner of odoo.addons.connector.queue.engine.runner to change how a job "
    "is run."
)
