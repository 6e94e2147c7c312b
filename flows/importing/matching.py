# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Matching: records that are here before their counterparts are bound to them.

A record that is new to the backend may be here already, made by hand or by another
system. It is looked for by the match keys that its binding model declares. Where they
find one record that is not bound yet, that one is bound; where they find several, or
one that is bound already, nothing is guessed and a person decides.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ...text import is_missing
from ..binding_declare import TEXTS, MatchKey, match_keys
from .candidates import Candidates, Decision
from .item import ImportItem
from .result import REJECTED

BLANKS = " \t\n\r\v\f\u00a0"


class Matching:
    """The records here that may be counterparts of those of a page.

    Args:
        importer: the RecordImporter of the page.
    """

    def __init__(self, importer):
        self.importer = importer
        self.binder = importer.binder
        model = importer.model
        self.keys = match_keys(type(model))
        self.is_active = bool(self.keys) or importer._overrides("_find_existing")
        self.decisions: dict[str, Decision] = {}
        self._found: dict[tuple[str, object], tuple[int, ...]] = {}
        self._claims: dict[tuple[str, object], ImportItem] = {}

    @cached_property
    def wrapped(self) -> models.BaseModel:
        """The model of the wrapped records, with elevated rights.

        A record that the user may not read is no reason to make it twice.
        """
        model_sudo = self.importer.env[self.binder.unwrap_model()].sudo()
        return model_sudo.with_context(active_test=False)

    def prepare(self, items: list[ImportItem], guesses: list[dict]) -> None:
        """Look up what a whole page needs, before its records are mapped.

        Args:
            items: those that have no binding.
            guesses: values of their match keys, as far as these are known already.
        """
        if items and self.is_active:
            ids = [item.external_id for item in items]
            backend = self.importer.backend_record
            self.decisions = backend._match_decisions(self.importer.model._name, ids)
            self._look_up(guesses)

    def find(self, items: list[ImportItem]) -> list[Candidates]:
        """Return the candidates of mapped records that have no binding.

        Of two records of a page with the same key, the first one has it.
        """
        if self.importer._overrides("_find_existing"):
            found = [self._ask(item) for item in items]
        else:
            self._look_up([item.data for item in items])
            found = [self._by_key(item.data) for item in items]
        taken = self.bound({id_ for by_key in found for id_ in _union(by_key)})
        candidates = []
        for item, by_key in zip(items, found, strict=True):
            rival = self._claim(item, items)
            bound = {id_: taken[id_] for id_ in _union(by_key) if id_ in taken}
            candidates.append(Candidates(by_key, bound, rival))
        return candidates

    def find_one(self, data: dict) -> models.BaseModel:
        """Return the records that the match keys find for one mapped record."""
        self._look_up([data])
        return self.wrapped.browse(_union(self._by_key(data)))

    def values_of(self, data: dict) -> list[tuple[MatchKey, object]]:
        """Return the match keys of a record with their values, without empty ones."""
        values = [(key, self._value(key, data.get(key.field))) for key in self.keys]
        return [(key, value) for key, value in values if value]

    def bound(self, ids: set[int]) -> dict[int, str]:
        """Return those of some records that are bound on the backend already.

        Returns:
            ``{id of the record: external id, empty where the binding has none yet}``.
        """
        if not ids:
            return {}
        name = self.binder._normal_field()
        external = self.binder._external_field
        bindings_sudo = self.importer.model.sudo().with_context(active_test=False)
        domain = [(self.binder._backend_field, "=", self.importer.backend_record.id)]
        found = bindings_sudo.search_fetch(
            [*domain, *self.binder._of_records(list(ids))], [name, external]
        )
        return {one[name].id: one[external] or "" for one in found}

    def readable(self, ids: list[int]) -> set[int]:
        """Return those of some records that the user of the import may read."""
        records = self.wrapped.browse(ids).with_env(self.importer.env)
        return set(records._filtered_access("read").ids) if ids else set()

    def of_company(self) -> Domain:
        """Return the domain of the records of the company, and of those of none."""
        model = self.wrapped
        backend = self.importer.backend_record
        company = "company_id" in backend._fields and backend.company_id
        own = type(model)._check_company_domain
        if "company_id" not in model._fields and own is _PLAIN_CHECK:
            return Domain.TRUE
        return Domain(model._check_company_domain(company or model.env.company))

    # === HELPERS === #

    def _value(self, key: MatchKey, value: object) -> object:
        """Return a value of a key as it is compared; False for none."""
        if is_missing(value):
            return False
        field = self.wrapped._fields[key.field]
        if field.type in TEXTS:
            text = str(value).strip()
            return text if key.exact else text.lower()
        return field.convert_to_cache(value, self.wrapped)

    def _look_up(self, datas: Iterable[dict]) -> None:
        """Look up the values that are not known yet, in one query for each key."""
        wanted = defaultdict(set)
        for data in datas:
            for key, value in self.values_of(data):
                if (key.field, value) not in self._found:
                    wanted[key].add(value)
        for key, values in wanted.items():
            found = defaultdict(list)
            for id_, value in self._query(key, values):
                found[self._value(key, value)].append(id_)
            for value in values:
                self._found[key.field, value] = tuple(sorted(found[value]))

    def _query(self, key: MatchKey, values: set) -> list[tuple[int, object]]:
        """Return the ids of records with these values in a key, and the values."""
        model = self.wrapped
        is_text = model._fields[key.field].type in TEXTS

        def to_sql(model, alias, query):
            column = model._field_to_sql(alias, key.field, query)
            texts = SQL("btrim(%s, %s)", column, BLANKS) if is_text else column
            wanted = list(values)
            if not is_text or key.exact:
                return SQL("%s = ANY(%s)", texts, wanted)
            # both sides by the same function: Python knows more letters than some
            # locales of PostgreSQL
            return SQL(
                "lower(%s) = ANY(SELECT lower(one) FROM unnest(%s) AS one)",
                texts,
                wanted,
            )

        query = model._search(self.of_company() & Domain.custom(to_sql=to_sql))
        column = model._field_to_sql(query.table, key.field, query)
        id_ = SQL.identifier(query.table, "id")
        return model.env.execute_query(query.select(id_, column))

    def _by_key(self, data: dict) -> dict[str, tuple[int, ...]]:
        """Return the ids that each key of a record finds."""
        found = {
            key.field: self._found[key.field, value]
            for key, value in self.values_of(data)
        }
        return {name: ids for name, ids in found.items() if ids}

    def _ask(self, item: ImportItem) -> dict[str, tuple[int, ...]]:
        """Return what the importer's own hook finds for a record."""
        self.importer._take(item)
        found = self.importer._find_existing(item.data)
        return {"_find_existing": tuple(found.ids)} if found else {}

    def _claim(self, item: ImportItem, items: list[ImportItem]) -> str | None:
        """Return the external id of another record of the page with a key of this one.

        It was made here from that page, or is about to be.
        """
        for key, value in self.values_of(item.data):
            other = self._claims.setdefault((key.field, value), item)
            if other is item:
                continue
            is_here = other.binding or any(other is one for one in items)
            if is_here and other.outcome != REJECTED:
                return other.external_id
            self._claims[key.field, value] = item
        return None


def _union(by_key: dict[str, tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sorted({id_ for ids in by_key.values() for id_ in ids}))


_PLAIN_CHECK = models.BaseModel._check_company_domain
