# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the attack tests: calls of attackers, and the check of their effects."""

import traceback
from collections.abc import Iterable
from pathlib import Path

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_INERROR
from werkzeug.exceptions import HTTPException

from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.tools import SQL

from odoo.addons import connector

from .attack_calls import SECRET, Call, Forger, find_methods, is_own, mark_of
from .attack_matrix import (
    BACKEND,
    EFFECTS,
    FAR,
    LIKE,
    MAIL,
    NEAR,
    RIGHTS,
    SEALED,
    SHARED,
)
from .attack_records import PARTNER, MarkedCase
from .queue_case import JOB

HOME = Path(connector.__file__).parent
# as it was named at import, and where it is
HOMES = tuple({f"{path}/" for path in (HOME, HOME.resolve())})
COUNT = """
SELECT COALESCE(sum(pg_stat_get_xact_tuples_inserted(oid)
                    + pg_stat_get_xact_tuples_updated(oid)
                    + pg_stat_get_xact_tuples_deleted(oid)), 0)
  FROM unnest(%s) AS oid
"""
COUNT_EACH = """
SELECT oid::regclass::text, pg_stat_get_xact_tuples_inserted(oid)
                            + pg_stat_get_xact_tuples_updated(oid)
                            + pg_stat_get_xact_tuples_deleted(oid)
  FROM unnest(%s) AS oid
"""


class Refusal(UserError):
    """What a server answers that refuses."""


class Crash(Exception):
    """What a server answers that does not know what to say."""


class AttackCase(MarkedCase):
    """A test of what attackers can do to records that are not theirs."""

    def setUp(self):
        super().setUp()
        self.methods = find_methods(self.env)
        self.relations = {
            field.relation
            for name in RIGHTS
            for field in self.env[name]._fields.values()
            if field.type == "many2many" and field.store
        }
        self.forbidden = {who: self._find_forbidden(who) for who in self.users}
        self.before = {table: self._read_rows(table) for table in self.tables}
        self.oids = self._find_oids()
        self.total, self.counts = 0, self._count_each()
        self._find_touched()
        self.env.cr.execute("SAVEPOINT attack")
        self.forgers = {
            scope: Forger(
                self.env,
                {model: ids[place] for model, ids in self.ids_of.items()},
                scope,
            )
            for place, scope in enumerate((NEAR, FAR))
        }

    # === STATE === #

    def _find_oids(self) -> list[int]:
        self.env.cr.execute(
            "SELECT array_agg(oid::bigint) FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace"
        )
        return self.env.cr.fetchone()[0]

    def _count_each(self) -> dict[str, int]:
        self.env.cr.execute(COUNT_EACH, [self.oids])
        return dict(self.env.cr.fetchall())

    def _read_rows(self, table: str) -> dict[int, dict]:
        statement = "SELECT id, to_jsonb(t) FROM %s AS t"
        self.env.cr.execute(SQL(statement, SQL.identifier(table)))
        return dict(self.env.cr.fetchall())

    # === JUDGE === #

    def _find_marks(self, who: str, answer: str) -> list[str]:
        if "zq" not in answer:
            return []
        return [f"read {mark}" for mark in self.forbidden[who] if mark in answer]

    def _find_forbidden(self, who: str) -> list[str]:
        return [
            mark_of(scope, kind)
            for scope in (NEAR, FAR)
            for kind in (*RIGHTS, SECRET, PARTNER)
            if not self._may_read(who, kind, scope)
        ]

    def _may_read(self, who: str, kind: str, scope: str) -> bool:
        group = LIKE.get(who, who)
        if kind == SECRET:
            return group == "manager" and self._reaches(who, BACKEND, scope)
        if kind == PARTNER:
            return self._reaches(who, kind, scope)
        return "r" in _letters(group, kind) and self._reaches(who, kind, scope)

    def _reaches(self, who: str, model: str, scope: str) -> bool:
        own = FAR if who == "stranger" else NEAR
        return model in SHARED or scope == own

    def _find_changes(self, who: str, model: str, tables: list[str]) -> list[str]:
        """Return which rows a call has changed without a right to it."""
        faults = []
        for table in tables:
            if table in self.tables:
                faults += self._find_changed_rows(who, table)
            elif not self._may_touch(who, model, table):
                faults.append(f"changed {table}")
        return faults

    def _find_touched(self) -> list[str]:
        """Return the tables in which something was tried since it was asked last."""
        self.env.cr.execute(COUNT, [self.oids])
        (total,) = self.env.cr.fetchone()
        if total == self.total:
            return []
        before = self.counts
        self.total, self.counts = total, self._count_each()
        return [name for name in before if self.counts[name] != before[name]]

    def _may_touch(self, who: str, model: str, table: str) -> bool:
        """Tell whether a call on a model may change a table that is not ours."""
        group = LIKE.get(who, who)
        if table in EFFECTS.get(group, ()):
            return True
        if table == "ir_model_data" or table in self.relations:
            return "c" in "".join(RIGHTS.get(model, {}).get(group, ()))
        return table.startswith(MAIL) and (
            group in EFFECTS or bool(_letters(group, model))
        )

    def _find_changed_rows(self, who: str, table: str) -> list[str]:
        before, after = self.before[table], self._read_rows(table)
        faults = []
        for id_ in before.keys() | after.keys():
            old, new = before.get(id_), after.get(id_)
            if old == new:
                continue
            letter = "c" if not old else "w" if new else "d"
            names = sorted(n for n in (new or ()) if old and old[n] != new[n])
            if not self._may_change(who, table, id_, letter):
                faults.append(f"{LETTERS[letter]} {table},{id_} {names}")
            elif self.tables[table] == JOB and SEALED.intersection(names):
                faults.append(f"altered {table},{id_} {names}")
        return faults

    def _may_change(self, who: str, table: str, id_: int, letter: str) -> bool:
        group, model = LIKE.get(who, who), self.tables[table]
        own, other = RIGHTS[model].get(group, ("", ""))
        if letter == "c":
            return "c" in own + EFFECTS.get(group, {}).get(table, "")
        scope = self.scopes.get((table, id_), NEAR)
        allowed = other + EFFECTS.get(group, {}).get(table, "")
        return letter in allowed and self._reaches(who, model, scope)

    # === CALL === #

    def find_faults(self, strikes: Iterable[tuple[str, Call]], ask=None) -> list[str]:
        """Return what was wrong with calls of attackers."""
        return [
            fault
            for who, call in strikes
            for fault in self.strike(who, call, ask or self.ask)
        ]

    def assertNothing(self, faults: list[str]) -> None:
        """Fail with all that was wrong."""
        self.assertEqual([f"{one[:300]} … {one[-200:]}" for one in faults], [])

    def strike(self, who: str, call: Call, ask) -> list[str]:
        """Make a call as an attacker; return what was wrong, and take all back."""
        cr = self.env.cr
        # What the superuser or another attacker has read is no answer; and an
        # environment is looked for among all there were.
        cr.clear()
        self.env.transaction.envs.clear()
        queries = cr.sql_log_count
        try:
            answer = ask(who, call)
        except Exception as error:  # noqa: BLE001 whatever comes is looked at
            answer, faults = str(error), self._find_crash(call, error)
            if cr.connection.info.transaction_status == TRANSACTION_STATUS_INERROR:
                self._take_back()
            if cr.sql_log_count != queries and self._find_touched():
                self._take_back()  # as the server does
        else:
            faults = []
            if cr.sql_log_count != queries and (tables := self._find_touched()):
                faults = self._find_changes(who, call.model, tables)
                self._take_back()
        faults += self._find_marks(who, answer.replace(call.sought or "\0", ""))
        if call.sought in self.forbidden[who] and answer != "0":
            faults += [f"found {call.sought}"] * answer.isdigit()
        return [f"{who}: {call}: {one}" for one in faults]

    def ask(self, who: str, call: Call) -> str:
        """Call a method in this process, as the server does; return the answer."""
        env = self.env(user=self.users[who].id, context={})
        args, kwargs = split_arguments(env, call)
        answer = call_kw(env[call.model], call.method, args, kwargs)
        self.env.cr.flush()
        if call.method == "create" and env[call.model]._transient:
            return f"{answer} {self._press_all(env[call.model].browse(answer))}"
        return repr(answer)

    def _press_all(self, dialog) -> list[str]:
        """Press each button of an own dialog with forged contents."""
        answers = []
        for method in self.methods[dialog._name]:
            if method not in dir(type(self.env["base"])):
                try:
                    with self.env.cr.savepoint():
                        answers.append(call_kw(dialog, method, [dialog.ids], {}))
                except UserError as error:
                    answers.append(str(error))
        return answers

    def _take_back(self) -> None:
        """Undo what the call did."""
        self.env.cr.clear()
        self.env.cr.execute("ROLLBACK TO SAVEPOINT attack")

    def _find_crash(self, call: Call, error: Exception) -> list[str]:
        """Tell of an error in our code that is not told in our words."""
        is_told = isinstance(error, UserError | HTTPException)
        if is_told or "Expected singleton" in str(error):
            return []
        if isinstance(error, Crash):
            is_ours = is_own(self.env[call.model], call.method)
            return [f"crashed: {error}"] if is_ours else []
        frames = traceback.extract_tb(error.__traceback__)
        is_ours = frames[-1].filename.startswith(HOMES)
        is_sql = isinstance(error, psycopg2.Error)
        is_sql &= is_own(self.env[call.model], call.method)
        is_sql &= not isinstance(error, psycopg2.IntegrityError)  # the server words it
        last = frames[-1]
        place = f"{last.filename}:{last.lineno}"
        return [f"crashed: {error!r} {place}"] if is_ours or is_sql else []


LETTERS = {"c": "made", "w": "wrote", "d": "deleted"}


def _letters(group: str, model: str) -> str:
    """Return what a group may do with a record of another."""
    return RIGHTS.get(model, {}).get(group, ("", ""))[1]


def split_arguments(env, call: Call) -> tuple[list, dict]:
    """Return the arguments by place and by name; that of create has a place."""
    kwargs = dict(call.kwargs)
    if call.method == "create":
        return [kwargs.pop("vals_list")], kwargs
    return [] if is_of_model(env[call.model], call.method) else [call.ids], kwargs


def is_of_model(record, method: str) -> bool:
    """Tell whether a method is called without records."""
    return getattr(getattr(type(record), method), "_api_model", False)
