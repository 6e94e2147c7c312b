# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .log.line import log_about
from .magic import Magic
from .sync.events import on_sync_create, on_sync_update
from .sync.push import declare_sync
