# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of folder adapters: a folder with files, below an allowed root."""

import json
import os
import tempfile
import time
from pathlib import Path

import openpyxl

from odoo.addons.connector.api import ConnectorEnvironment, FolderAdapter
from odoo.addons.connector_test.models.flow import CONTACT

from .flow_case import FlowCase

AN_HOUR_S = 3600


class FolderCase(FlowCase):
    """A test with contacts in files; ``self.place`` is the folder of the backend."""

    def setUp(self):
        root = tempfile.TemporaryDirectory()
        self.addCleanup(root.cleanup)
        self.root = Path(root.name)
        self.patch_environment(CONNECTOR_FILE_ROOT=str(self.root))
        self.place = self.root / "shop"
        self.place.mkdir()
        self.folder_backend = self.env["connector.test.folder.backend"].create(
            {"name": "Files", "folder": "shop"}
        )
        super().setUp()

    def patch_environment(self, **values):
        before = dict(os.environ)
        os.environ.update(values)
        self.addCleanup(os.environ.update, before)
        for name in values.keys() - before.keys():
            self.addCleanup(os.environ.pop, name)

    def adapter_class(self, **members):
        """Return an adapter over the folder, for any backend."""
        folder_backend = self.folder_backend

        class ContactFiles(FolderAdapter):
            _model_name = CONTACT

            def folder(self):
                self.backend_record = folder_backend
                try:
                    return super().folder()
                finally:
                    self.backend_record = self.connector_env.backend_record

        return type(FolderAdapter)("ContactFiles", (ContactFiles,), members)

    def adapter(self, **members):
        """Return the adapter, in the scope of the backend with the folder."""
        members = {"_model_name": CONTACT, "_page_size": 2, **members}
        adapter_class = type(FolderAdapter)("Files", (FolderAdapter,), members)
        scope = ConnectorEnvironment(self.folder_backend, self.session, CONTACT)
        return adapter_class(scope)

    def write_text(self, name, text, encoding="utf-8", age_s=AN_HOUR_S):
        """Write a file as if that long ago."""
        return self.write_bytes(name, text.encode(encoding), age_s)

    def write_bytes(self, name, content, age_s=AN_HOUR_S):
        path = self.place / name
        path.write_bytes(content)
        return self.grow_old(path, age_s)

    def write_jsonl(self, name, records, **options):
        lines = "".join(f"{json.dumps(one)}\n" for one in records)
        return self.write_text(name, lines, **options)

    def write_xlsx(self, name, rows, title="Data", age_s=AN_HOUR_S):
        book = openpyxl.Workbook()
        book.active.title = title
        for row in rows:
            book.active.append(row)
        book.save(self.place / name)
        return self.grow_old(self.place / name, age_s)

    def grow_old(self, path, age_s):
        then = time.time() - age_s
        os.utime(path, (then, then))
        return path

    def read_all(self, adapter, state=None):
        """Return the records of all pages; states pass through JSON, as in jobs."""
        records = []
        while True:
            page, state = adapter.read_page(state)
            records += page
            if state is None:
                return records
            state = json.loads(json.dumps(state))

    def ids(self, records):
        return [record["id"] for record in records]
