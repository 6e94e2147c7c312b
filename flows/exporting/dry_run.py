# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dry run of a backend: exports go up to the request, which is not sent.

No request is opened and no binding is bound, so that the end of the dry run exports
what waited as if it had never been tried.
"""

from collections.abc import Mapping
from contextlib import suppress

from odoo import models

from ...components.map_record import MapRecord
from ...exception import DryRunError, message_of
from .search_there import SearchThere

DRY_RUN = "dry run"
PENDING = "pending"
SETTLED = ("synced", "error")  # states of bindings of which nothing is to be exported


def is_dry_run(backend: models.BaseModel) -> bool:
    """Return whether nothing is sent to a backend that would change it."""
    return bool("dry_run" in backend._fields and backend.dry_run)


def check_sends(unit) -> None:
    """Refuse to call an adapter in a dry run that would send what it is given.

    Args:
        unit: exporter or deleter that is about to call it.

    Raises:
        DryRunError: its requests do not go through the client of the backend.
    """
    if is_dry_run(unit.backend_record) and not unit.backend_adapter._knows_dry_run:
        raise DryRunError(f"{DRY_RUN}: the adapter was not called.")


class DryRun:
    """The export of the record in hand, without its request.

    Args:
        exporter: the RecordExporter.
    """

    def __init__(self, exporter):
        self.exporter = exporter

    def create(self, map_record: MapRecord) -> str:
        """Return what a creation would do, up to its request."""
        exporter = self.exporter
        data = exporter._create_data(map_record, missing_as_none=True)
        exporter._validate_create_data(data)
        found = SearchThere(exporter).find(data)
        if found:
            return self._would("bind", f"to {found.external_id!r}, which is there")
        with suppress(DryRunError):
            check_sends(exporter)
            exporter._create(data)
        return self._would("create", f"with {_keys(data)}")

    def update(self, data: Mapping) -> str:
        """Return what an update would do, the request of which was kept back."""
        return self._would("update", f"with {_keys(data)}")

    def follow(self, needed: str) -> str:
        """Return which record comes first: its id there is a part of this one."""
        return self._would("export", f"after {needed!r}, which is not there")

    def settle(self, error: DryRunError) -> str:
        """Return the outcome of an export of which a request was kept back.

        Its binding is pending then: the end of the dry run exports it.
        """
        binding = self.exporter.binding
        if "sync_state" in binding._fields and binding.sync_state in SETTLED:
            binding.set_sync_state(PENDING)
        return message_of(error)

    # === HELPERS === #

    def _would(self, verb: str, how: str) -> str:
        what = f"{self.exporter.binding.display_name!r}"
        return f"{DRY_RUN}: would {verb} {what} ({self.exporter.describe()}) {how}."


def _keys(data: Mapping) -> str:
    """Return the keys of values, for people."""
    return ", ".join(map(str, data)) or "nothing"
