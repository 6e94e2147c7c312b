# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Depth of the hot paths: how many files of the addon a call enters, once warm.

Fewer files mean less to read before one knows what happens. A new file on one of these
paths is worth a reason; where a path gets shorter, its bound follows.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from odoo.tests.common import get_db_name

import odoo.addons.connector as addon
from odoo.addons.connector.queue.engine.worker import Worker
from odoo.addons.connector.queue.job import job
from odoo.addons.connector.queue.settings import Settings

from ..models.job import TRACE
from .link_case import RELATION, ApiCase
from .sync_case import SyncCase, things
from .worker_case import WorkerCase

ROOT = Path(addon.__file__).parent.resolve()
NO_PRODUCT = {"tests", "examples", "benchmarks"}

JOB_MAX = 25  # delay, commit, claim, run and end of a job
SYNC_MAX = 20  # sync_x2odoo, which creates one record
LINK_MAX = 6  # get_link of a reference


@job
def do_nothing(_session, _model_name):
    """Be a job, and no more."""


@contextmanager
def entered_files() -> Iterator[list[str]]:
    """Collect the files whose functions this thread calls, in order of first entry."""
    entered: dict[str, None] = {}

    def note(frame, event, _arg):
        if event == "call":
            entered.setdefault(frame.f_code.co_filename)

    files: list[str] = []
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield files
    finally:
        sys.setprofile(before)
        files += filter(None, map(_product_path, entered))


def _product_path(file_name: str) -> str | None:
    """Return the path of a file inside the product, None for any other file."""
    file = Path(file_name)
    if not file.is_absolute() or not file.resolve().is_relative_to(ROOT):
        return None
    path = file.resolve().relative_to(ROOT)
    return None if path.parts[0] in NO_PRODUCT else path.as_posix()


class TestJobDepth(WorkerCase):
    def test_job_enters_few_files_from_delay_to_done(self):
        session = self.open_session()
        watcher = SimpleNamespace(process_type="test", settings=Settings())
        worker = Worker(get_db_name(), watcher)  # its work is done in this thread
        self.addCleanup(worker._leave)
        self._delay_and_run(session, worker)

        with entered_files() as files:
            uuid = self._delay_and_run(session, worker)

        self.assertEqual(self.row(uuid), ("done",))
        assert_few(self, files, JOB_MAX)

    def _delay_and_run(self, session, worker) -> str:
        uuid = do_nothing.delay(session, TRACE)
        session.commit()
        while worker._run_some():  # the last claim finds none and waits for the end
            pass
        return uuid


class TestSyncDepth(SyncCase):
    def test_sync_of_one_item_enters_few_files(self):
        first, second = things("ring", "lamp")
        info = self.shop.sync_info(self.env)
        self.magic.sync_x2odoo([first], info, True, True)

        with entered_files() as files:
            self.magic.sync_x2odoo([second], info, True, True)

        self.assertEqual(self.trace_names(), ["ring", "lamp"])
        assert_few(self, files, SYNC_MAX)


class TestLinkDepth(ApiCase):
    def test_get_link_enters_few_files(self):
        made = self.MAGIC.set_link(RELATION, {"external": "A1", "odoo": self.ada})
        self.MAGIC.get_link(RELATION, "A1")

        with entered_files() as files:
            found = self.MAGIC.get_link(RELATION, "A1")

        self.assertEqual(found, made)
        assert_few(self, files, LINK_MAX)


def assert_few(case, files: list[str], limit: int) -> None:
    """Fail where there are more files than the limit; the message shows the way."""
    way = "\n".join(f"{place:3} {file}" for place, file in enumerate(files, start=1))
    case.assertLessEqual(len(files), limit, f"the way through the addon:\n{way}")
    case.assertGreater(len(files), 1)  # the hook has seen it
