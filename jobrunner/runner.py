# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the runner over HTTP, which is not ported."""

raise ImportError(
    "ConnectorRunner and ConnectorRunnerThread are not ported: jobs are not run over "
    "HTTP any more. Drop them; odoo.addons.connector.queue.worker runs the jobs as "
    "soon as the addon is installed."
)
