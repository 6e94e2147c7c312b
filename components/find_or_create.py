# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records by a natural key, such as a tag by its name: found, or created once.

They have no binding, so no constraint keeps two transactions from making one each. The
lock of the key does: whoever has it looks again at what was committed meanwhile.
"""

from collections.abc import Mapping
from typing import Any

from odoo import models
from odoo.fields import Domain
from odoo.modules.registry import Registry

from ..exception import InvalidDataError, InvalidUsageError, RetryableJobError
from ..text import did_you_mean, is_missing
from .core import ConnectorUnit

RACE_RETRY_S = 1  # the winner has committed already: no need to wait long


class FindsOrCreates(ConnectorUnit):
    """A unit that may need a record which is on no backend, such as a tag."""

    def find_or_create(
        self, model: str, values: Mapping[str, Any] | None = None, /, **key: Any
    ) -> models.BaseModel:
        """Return the one record with a key, created where there is none.

        Archived records are found; those of another company are not. Texts are
        compared as they are.

        Args:
            model: of the record.
            values: more values for a new record.
            key: its values by field, such as ``name="Gold"``; all of them count.

        Raises:
            InvalidDataError: several records have the key, or a value is missing or
                too long for its field.
            RetryableJobError: another transaction makes the record at this moment, or
                has made it since this one began.
        """
        records = self.env[model].with_context(active_test=False)
        check_key(records, key)
        if found := find_one(records, key):
            return found.with_env(self.env)
        text = ", ".join(f"{name}={key[name]!r}" for name in sorted(key))
        self.advisory_lock_or_retry(f"create {model} {text}")
        self._check_committed(records, key, text)
        return self.env[model].create({**(values or {}), **key})

    def _check_committed(
        self, records: models.BaseModel, key: dict[str, Any], text: str
    ) -> None:
        """Refuse to create what was committed since our snapshot was taken."""
        with Registry(self.env.cr.dbname).cursor() as cr:
            if not find_one(records.with_env(records.env(cr=cr)), key):
                return
        raise RetryableJobError(
            f"Cannot create {records._name} with {text}: another transaction made it "
            "since this one began. Trying again, to find it.",
            seconds=RACE_RETRY_S,
            ignore_retry=True,
        )


def check_key(records: models.BaseModel, key: dict[str, Any]) -> None:
    """Refuse a key that no search finds as it is meant.

    Raises:
        InvalidUsageError: a field does not exist, or the key is empty.
        InvalidDataError: a value is missing, or longer than its field: Odoo would cut
            it, and find the record of another value.
    """
    if not key:
        raise InvalidUsageError(
            f"find_or_create({records._name!r}) was called without a key, expected "
            "fields and their values, such as name='Gold'."
        )
    for name, value in key.items():
        field = records._fields.get(name)
        if field is None:
            raise InvalidUsageError(
                f"find_or_create({records._name!r}) was called with {name!r}, which is "
                f"no field of that model.{did_you_mean(name, records._fields)}"
            )
        size = getattr(field, "size", None)
        if is_missing(value) or (size and len(str(value)) > size):
            expected = f"at most {size} letters" if size else "a value"
            raise InvalidDataError(
                f"Cannot find or create a record of {records._name}: {name!r} is "
                f"{value!r}, expected {expected}. Correct the record it comes from."
            )


def find_one(records: models.BaseModel, key: dict[str, Any]) -> models.BaseModel:
    """Return the record with a key, empty where there is none.

    Raises:
        InvalidDataError: there are several.
    """
    domain = Domain([(name, "=", value) for name, value in key.items()])
    if "company_id" in records._fields and "company_id" not in key:
        domain &= Domain(records._check_company_domain(records.env.company))
    found = records.search(domain, limit=2)
    if len(found) > 1:
        raise InvalidDataError(
            f"Several records of {records._name} have {key}: "
            f"{', '.join(f'{one._name},{one.id}' for one in found)} at least, expected "
            "one. Merge them, or give a key that only one has."
        )
    return found
