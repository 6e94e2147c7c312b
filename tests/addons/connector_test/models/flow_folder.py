# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Units of version 2 of the test backend: contacts from a file in a folder.

Servers that a test starts have them as well. A file ``kill_after_…`` in the folder
kills the process that imports, once, as soon as it is there.
"""

import json
import os
import signal
from contextlib import suppress
from pathlib import Path

from odoo.addons.connector.api import (
    ChangedSince,
    ImportMapper,
    ListAdapter,
    RecordImporter,
)

from .backend import service_2
from .flow import CONTACT

KILL_READ = "kill_after_read"  # the page is read, nothing is stored
KILL_STORED = "kill_after_store"  # records, cursor and job are stored, not committed
KILL_COMMITTED = "kill_after_commit"


def kill_once(folder: Path, name: str) -> None:
    """Kill this process where a file asks for it; the file is gone then."""
    with suppress(FileNotFoundError):
        (folder / name).unlink()
        os.kill(os.getpid(), signal.SIGKILL)


@service_2
class FolderContactAdapter(ListAdapter):
    _model_name = CONTACT
    _page_size = 20
    _changed_since = ChangedSince("changed", sorted=True)

    def folder(self):
        return Path(self.backend_record.name)

    def list_records(self):
        lines = (self.folder() / "contacts.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def read_page(self, state=None):
        page = super().read_page(state)
        kill_once(self.folder(), KILL_READ)
        return page


@service_2
class FolderContactMapper(ImportMapper):
    _model_name = CONTACT
    direct = [("name", "name")]


@service_2
class FolderContactImporter(RecordImporter):
    _model_name = CONTACT

    def _after_import(self, binding):
        folder, cr = self.backend_adapter.folder(), self.env.cr
        cr.precommit.add(lambda: kill_once(folder, KILL_STORED))
        cr.postcommit.add(lambda: kill_once(folder, KILL_COMMITTED))
