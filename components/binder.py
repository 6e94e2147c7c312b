# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Binder: the links between Odoo records and external ids."""

import itertools
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any

import psycopg2.errors

from odoo import fields, models
from odoo.exceptions import ConcurrencyError
from odoo.sql_db import Cursor

from ..exception import InvalidUsageError, RetryableJobError
from ..text import is_missing
from .binding_clash import Clash, find_clash
from .core import ConnectorUnit
from .plain_search import find_plainly, is_plain_search

_logger = logging.getLogger(__name__)

RACE_RETRY_S = 1  # the winner of a race has committed already: no need to wait long
# Types of fields on which Odoo stores "none" as 0, and reads NULL as 0.
NUMBERS = frozenset({"integer", "float", "monetary", "many2one_reference"})


class Binder(ConnectorUnit):
    """Finds and stores the bindings between Odoo records and external ids.

    A *binding* is the record that knows both sides; the *normal* record is the
    one it wraps. Inactive records are always found. External ids are compared
    as text; 0 is a valid one, except on an integer field: there it is none, as
    Odoo cannot tell it from an empty field.
    """

    _external_field = "external_id"
    _backend_field = "backend_id"
    _openerp_field: str | None = None
    """Field with the normal record; None takes openerp_id if there, else odoo_id."""
    _sync_date_field = "sync_date"

    # === FROM THERE TO HERE === #

    def to_openerp(
        self, external_id: object, unwrap: bool = False, browse: bool | None = None
    ) -> models.BaseModel:
        """Return the binding of an external id, empty when there is none.

        Args:
            external_id: id on the backend, any type.
            unwrap: return the normal record instead of the binding.
            browse: accepted for old callers; a recordset is returned anyway.

        Raises:
            ValueError: several bindings of this backend carry the id.
        """
        binding = self.model
        if not self._is_missing(external_id):
            binding = self._find(_text(external_id))
        return self._single(binding, unwrap)

    def to_internal_many(
        self,
        external_ids: Iterable[Any],
        unwrap: bool = False,
        names: Iterable[str] = (),
    ) -> dict[str, models.Model]:
        """Return the binding of each known external id, in one query.

        Args:
            external_ids: ids on the backend.
            unwrap: return normal records instead of bindings.
            names: fields of the bindings that are read next.

        Returns:
            ``{external id as text: record}``, without the unknown ones.
        """
        texts = [_text(one) for one in external_ids if not self._is_missing(one)]
        names = [self._external_field, *names]
        if unwrap:
            names.append(self._normal_field())
        elif len(texts) == 1:
            found = self._find(texts[0])
            return {texts[0]: self._single(found, unwrap)} if found else {}
        found = self._search([(self._external_field, "in", texts)], names)
        by_id = found.grouped(lambda binding: _text(binding[self._external_field]))
        return {
            external_id: self._single(bindings, unwrap)
            for external_id, bindings in by_id.items()
        }

    def _single(self, bindings: models.BaseModel, unwrap: bool) -> models.BaseModel:
        binding = bindings.ensure_one() if bindings else bindings
        return binding[self._normal_field()] if unwrap else binding

    def to_internal(
        self, external_id: object, unwrap: bool = False
    ) -> models.BaseModel:
        """Same as :meth:`to_openerp`, by its later name."""
        return self.to_openerp(external_id, unwrap=unwrap)

    def to_odoo(self, external_id: object, unwrap: bool = False) -> models.BaseModel:
        """Same as :meth:`to_openerp`, by its later name."""
        return self.to_openerp(external_id, unwrap=unwrap)

    # === FROM HERE TO THERE === #

    def to_backend(self, binding_id: models.BaseModel | int, wrap: bool = False) -> Any:
        """Return the external id of a binding, None when it has none.

        Args:
            binding_id: a binding, as a record or an id.
            wrap: the argument is a normal record; its binding on this backend
                is looked for.

        Raises:
            ValueError: several bindings of this backend wrap the record.
        """
        if wrap:
            self._check_normal(binding_id)
            found = self._search(self._of_records([_id_of(binding_id)]))
            binding = self._single(found, unwrap=False)
        else:
            binding = self._binding(binding_id)
        external_id = binding[self._external_field]
        return None if self._is_missing(external_id) else external_id

    def to_external_many(
        self, records: models.BaseModel | Iterable[int], wrap: bool = False
    ) -> dict[int, str]:
        """Return the external id of each record that has one, in one query.

        Args:
            records: bindings, or normal records with ``wrap``; a recordset or ids.

        Returns:
            ``{id of the given record: external id}``, without those that have none.

        Raises:
            ValueError: several bindings of this backend wrap one of the records.
        """
        if wrap:
            self._check_normal(records)
        else:
            self._check_binding(records)
        key = self._normal_field() if wrap else "id"
        ids = records.ids if isinstance(records, models.BaseModel) else list(records)
        names = [self._external_field] + ([key] if wrap else [])
        domain = self._of_records(ids) if wrap else [(key, "in", ids)]
        found = self._search(domain, names)
        by_id = found.grouped(lambda one: one[key].id if wrap else one.id)
        external_ids = {
            record_id: self._single(bindings, unwrap=False)[self._external_field]
            for record_id, bindings in by_id.items()
        }
        return {
            key: value
            for key, value in external_ids.items()
            if not self._is_missing(value)
        }

    def to_external(
        self, binding_id: models.BaseModel | int, wrap: bool = False
    ) -> Any:
        """Same as :meth:`to_backend`, by its later name."""
        return self.to_backend(binding_id, wrap=wrap)

    # === BINDING === #

    def bind(self, external_id: object, binding_id: models.BaseModel | int) -> None:
        """Bind a record to an external id.

        Args:
            external_id: id on the backend; 0 is allowed, except on integer fields.
            binding_id: the binding, as a record or an id.

        Raises:
            InvalidUsageError: one of both is missing.
            AlreadyBoundError: another binding has the external id already.
            RetryableJobError: in a job, another transaction bound the same; the
                job runs again and sees it. ConcurrencyError outside of jobs.
        """
        self.bind_many([(external_id, binding_id)])

    def bind_many(self, pairs: Iterable[tuple[Any, ...]]) -> None:
        """Bind many pairs of external id and binding, a hundred per query."""
        now = fields.Datetime.now()
        has_state = "sync_state" in self.model._fields
        synced = {"sync_state": "synced", "sync_reason": False} if has_state else {}
        with self.concurrency_guard():
            for pair in pairs:
                external_id, binding_id = pair
                if self._is_missing(external_id) or not binding_id:
                    raise InvalidUsageError(self._nothing_to_bind(*pair))
                binding = self._binding(binding_id)
                binding.with_context(connector_no_export=True).write(
                    {
                        self._external_field: _text(external_id),
                        self._sync_date_field: now,
                        **synced,
                    }
                )
            self.model.flush_model()

    @contextmanager
    def concurrency_guard(self) -> Iterator[None]:
        """Turn a lost race for a binding into a retry of the whole job.

        The winner's row is not in our snapshot, so the whole transaction has to
        run again on a new one. Put it around each create of a binding, and create
        with the external id: then a race is lost at once. A row that is there
        already is no race: running again would meet it again.

        Raises:
            AlreadyBoundError: the record, or the external id, is bound already,
                perhaps by a binding that the user may not read.
            RetryableJobError: in a job, another transaction made the same binding.
                ConcurrencyError outside of jobs.
        """
        self._warn_once_without_constraint()
        cr = self.env.cr
        begun_at, savepoint = cr.now(), Savepoint(cr)
        try:
            yield
        except psycopg2.errors.UniqueViolation as error:
            model = self._bound_model(error.diag.table_name)
            if model is None:
                raise
            # what the block wrote, and has not stored yet, would clash again
            self.env.transaction.clear()
            clash = find_clash(model, error.diag) if savepoint.rollback() else None
            loss = self._loss(error.diag, clash)
            # what it stored is undone, and nobody may go on without it
            _abort(cr)
            raise loss from error
        if cr.now() == begun_at:  # else the block committed, and ended the savepoint
            savepoint.release()

    def _loss(self, diag: Any, clash: Clash | None) -> Exception:
        """Return what a binding that violates a constraint raises."""
        if clash:
            return clash.error(self, diag.message_detail)
        message = (
            f"Cannot keep a {self.model._name} of {self.backend_record}: another "
            f"transaction made the same one, or a line of it "
            f"({diag.message_detail}). "
            "Run the transaction again; it will find it."
        )
        if self.env.context.get("job_uuid"):
            return RetryableJobError(message, seconds=RACE_RETRY_S)
        return ConcurrencyError(message)

    # === THE NORMAL RECORD === #

    def unwrap_binding(
        self, binding_id: models.BaseModel | int, browse: bool = False
    ) -> Any:
        """Return the id of the normal record of a binding.

        Args:
            binding_id: the binding, as a record or an id.
            browse: return the normal record itself.
        """
        normal = self._binding(binding_id)[self._normal_field()]
        return normal if browse else normal.id

    def unwrap_model(self) -> str:
        """Return the name of the normal model.

        Raises:
            ValueError: the binding model has no field for the normal record.
        """
        return self.model._fields[self._normal_field()].comodel_name

    def _normal_field(self) -> str:
        model_fields = self.model._fields
        name = self._openerp_field
        if name is None:
            name = "openerp_id" if "openerp_id" in model_fields else "odoo_id"
        if name not in model_fields:
            raise ValueError(
                f"Model {self.model._name!r} has no field {name!r}: it wraps no "
                f"record. Set _openerp_field of {type(self).__qualname__} to the "
                "many2one that holds the normal record."
            )
        return name

    # === HELPERS === #

    def _find(self, external_id: str) -> models.BaseModel:
        """Return the bindings with an external id, archived ones too."""
        if type(self)._search is Binder._search and is_plain_search(
            self.model, self._backend_field, self._external_field
        ):
            return find_plainly(
                self.model,
                {
                    self._backend_field: self.backend_record.id,
                    self._external_field: external_id,
                },
            )
        return self._search([(self._external_field, "=", external_id)])

    def _search(
        self, domain: list[tuple[Any, ...]], names: Iterable[str] = ()
    ) -> models.BaseModel:
        """Return the bindings of this backend in a domain, inactive ones too."""
        domain = [(self._backend_field, "=", self.backend_record.id), *domain]
        model = self.model.with_context(active_test=False)
        return model.search_fetch(domain, names).with_env(self.env)

    def _of_records(self, ids: list[int]) -> list[tuple[Any, ...]]:
        """Return the domain of the bindings of normal records, without aliases."""
        has_aliases = "is_alias" in self.model._fields
        no_alias = [("is_alias", "=", False)] if has_aliases else []
        return [(self._normal_field(), "in", ids), *no_alias]

    def _binding(self, binding: models.BaseModel | int) -> models.BaseModel:
        if isinstance(binding, models.BaseModel):
            self._check_binding(binding)
            binding = binding.ensure_one().id
        return self.model.browse(binding)

    def _check_binding(self, record: models.BaseModel | int) -> None:
        if getattr(record, "_name", self.model._name) != self.model._name:
            raise InvalidUsageError(
                f"{type(self).__qualname__} was given {record}, expected a "
                f"record of {self.model._name!r}. Pass the binding."
            )

    def _check_normal(self, record: object) -> None:
        name = getattr(record, "_name", None)
        if name == self.model._name != self.unwrap_model():
            raise InvalidUsageError(
                f"{type(self).__qualname__} was given {record} with wrap=True, "
                f"expected a record of {self.unwrap_model()!r}. Drop wrap to pass "
                "a binding."
            )

    def _is_missing(self, external_id: object) -> bool:
        """Tell whether an external id is none; on an integer field, 0 is as well."""
        if is_missing(external_id):
            return True
        return self._has_numbers and _is_zero(external_id)

    @cached_property
    def _has_numbers(self) -> bool:
        """Whether the field with the external id holds numbers."""
        field = self.model._fields.get(self._external_field)
        return field is not None and field.type in NUMBERS

    def _nothing_to_bind(
        self, external_id: object, binding_id: models.BaseModel | int
    ) -> str:
        message = (
            f"Cannot bind on {self.backend_record}: external id is {external_id!r} and "
            f"binding is {binding_id!r}, expected both to be given."
        )
        if not is_missing(external_id) and self._is_missing(external_id):
            message += (
                f" On {self._external_field!r} of {self.model._name!r}, a number, 0 is "
                "none: make it a Char where 0 is an id over there."
            )
        return message

    def _bound_model(self, table: str) -> models.BaseModel | None:
        """Return the model of bindings in a table, None when it holds none."""
        if table == self.model._table:
            return self.model
        bindings = self.env.registry["external.binding"]
        for name, model in self.env.registry.items():
            if model._table == table and issubclass(model, bindings):
                return self.env[name]
        return None

    def _warn_once_without_constraint(self) -> None:
        """Warn of a missing constraint, once per binding model and process."""
        key = self.env.cr.dbname, self.model._name
        if key in _CHECKED_MODELS:
            return
        _CHECKED_MODELS.add(key)
        columns = {self._backend_field, self._external_field}
        self.env.cr.execute(UNIQUE_COLUMNS, {"table": self.model._table})
        if not any(columns.issuperset(row[0]) for row in self.env.cr.fetchall()):
            _logger.warning(
                "Model %s can hold two bindings of one external id: its table has no "
                "unique constraint. Inherit connector.binding, or add to the model: "
                '_external_uniq = models.Constraint("UNIQUE (%s, %s)")',
                self.model._name,
                self._backend_field,
                self._external_field,
            )


class Savepoint:
    """A savepoint that flushes nothing, and is no query: it controls the transaction.

    Args:
        cr: an Odoo cursor.
    """

    _numbers = itertools.count()

    def __init__(self, cr: Cursor) -> None:
        self._cr = cr
        self._name = f"connector_guard_{next(self._numbers)}"
        self._execute("SAVEPOINT")

    def rollback(self) -> bool:
        """Undo what came after it; False where a commit has ended it."""
        try:
            self._execute("ROLLBACK TO SAVEPOINT")
        except psycopg2.errors.InvalidSavepointSpecification:
            return False
        return True

    def release(self) -> None:
        """End it, and keep what came after it."""
        self._execute("RELEASE SAVEPOINT")

    def _execute(self, command: str) -> None:
        # as Odoo commits: beside the cursor, which counts and logs queries
        with self._cr.connection.cursor() as control:
            control.execute(f"{command} {self._name}")


_CHECKED_MODELS: set[tuple[str, str]] = set()

# The columns of each unique index of a table, without partial ones. No locks.
UNIQUE_COLUMNS = """
SELECT array_agg(attribute.attname::text)
  FROM pg_index AS index
  JOIN pg_attribute AS attribute
    ON attribute.attrelid = index.indrelid
   AND attribute.attnum = ANY (index.indkey)
 WHERE index.indrelid = to_regclass(%(table)s)
   AND index.indisunique
   AND NOT index.indisprimary
   AND index.indpred IS NULL
 GROUP BY index.indexrelid
"""


# PostgreSQL then refuses all but a rollback, as it did before the rollback to the
# savepoint. No locks.
ABORT = "DO $$ BEGIN RAISE EXCEPTION 'two bindings clash'; END $$"


def _abort(cr: Cursor) -> None:
    """Put the transaction back in the state in which a violation leaves it."""
    aborted = psycopg2.errors.RaiseException, psycopg2.errors.InFailedSqlTransaction
    with suppress(*aborted):
        cr.execute(ABORT, log_exceptions=False)


def _is_zero(external_id: object) -> bool:
    try:
        return float(_text(external_id)) == 0
    except ValueError:
        return False


def _text(external_id: object) -> str:
    if isinstance(external_id, bytes):
        return external_id.decode()
    return str(external_id)


def _id_of(record: models.BaseModel | int) -> int:
    if isinstance(record, models.BaseModel):
        return record.ensure_one().id
    return record


ConnectorUnit._binder_class = Binder  # the core cannot import this module
