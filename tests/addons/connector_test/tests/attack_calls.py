# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Calls open to a client, found by introspection, with forged arguments."""

import inspect
from collections.abc import Iterator
from typing import NamedTuple

from odoo.exceptions import AccessError
from odoo.service.model import get_public_method

from .queue_case import JOB
from .test_rights_matrix import find_public_methods

OURS = "odoo.addons.connector."
TESTS = "odoo.addons.connector_test."
# Abstract models that records inherit, and a model that does.
BACKEND = "connector.test.backend"
CARRIERS = {"connector.backend": BACKEND}
# What clients call most, of Odoo's own methods.
BASIC = ("create", "read", "search_read", "unlink", "write", "copy", "default_get")
BUTTONS = ("requeue", "button_done", "button_cancel", "button_stop", "button_start_now")
MAIL = "From: a@example.com\nTo: b@example.com\nMessage-Id: <1@example.com>\n\nforged"
FORGED = "forged"
ONCHANGE = "onchange"
SECRET = "secret"  # the kind of what only managers read of a backend
ADDONS = {"connector", "connector_test"}
LOG_COLUMNS = {"id", "create_uid", "create_date", "write_uid", "write_date"}


def find_methods(env) -> dict[str, list[str]]:
    """Return by model the methods that a client reaches and that are ours to answer.

    Of a model of the addon that is each public method; of one that the addon extends,
    those that it adds.
    """
    found = {}
    for name, model_class in env.registry.items():
        if model_class._original_module == "connector" or name in CARRIERS.values():
            names = _find_public(env[name])
        else:
            names = find_public_methods(env[name])
        if names:
            found[name] = sorted(names)
    return found


def _find_public(model) -> list[str]:
    return [name for name in dir(type(model)) if _is_attacked(model, name)]


def _is_attacked(model, name: str) -> bool:
    """Tell whether RPC reaches a method; those of the tests are no promise."""
    try:
        method = get_public_method(model, name)
    except (AccessError, AttributeError):
        return False
    return not getattr(method, "__module__", "").startswith(TESTS)


def is_own(model, name: str) -> bool:
    """Tell whether the addon defines a method, also one that it overrides."""
    return any(
        cls.__module__.startswith(OURS) and name in vars(cls)
        for cls in type(model).mro()
    )


def is_added(model, name: str) -> bool:
    """Tell whether the addon adds a method, which other models do not have."""
    return is_own(model, name) and not hasattr(type(model.env["base"]), name)


def mark_of(scope: str, kind: str) -> str:
    """Return the text by which an answer shows what was read."""
    return f"zq{scope}-{kind}-qz"


class Call(NamedTuple):
    """A call of a client."""

    model: str
    method: str
    ids: list[int]
    kwargs: dict
    sought: str = ""  # what is to be found nowhere

    def __str__(self):
        return f"{self.model}.{self.method}({self.ids}, {self.kwargs})"


class Forger:
    """Makes plausible arguments of calls.

    Args:
        env: of the superuser.
        id_of: the record to attack by model.
        scope: what is written in the marks of these records.
    """

    def __init__(self, env, id_of: dict[str, int], scope: str):
        self.env = env
        self.id_of = id_of
        self.scope = scope

    def find_calls(self) -> list[Call]:
        """Return a call of each method, or several where arguments are guessed.

        Where our code answers, the same with a forged context.
        """
        calls = [
            Call(model, method, [self.id_of.get(model, 1)], kwargs)
            for model, methods in find_methods(self.env).items()
            for method in methods
            for kwargs in self.find_arguments(self.env[model], method)
        ]
        forged = [
            one._replace(kwargs={**one.kwargs, "context": self.context(one)})
            for one in calls
            if one.method in BASIC or is_own(self.env[one.model], one.method)
        ]
        return calls + forged

    def context(self, call: Call) -> dict:
        """Return a context that lies about company and selected records."""
        company_id = self.env[BACKEND].browse(self.id_of[BACKEND]).company_id.id
        return {
            "company_id": company_id,
            "allowed_company_ids": [company_id],
            "active_model": call.model,
            "active_id": call.ids[0],
            "active_ids": call.ids,
            "selected_domain": [],
            "active_test": False,
        }

    def find_field_calls(self) -> list[Call]:
        """Return the calls that read, search and change each field alone."""
        fields = [
            (model, id_, name)
            for model, id_ in self.id_of.items()
            for name, field in self.env[model]._fields.items()
            if not ADDONS.isdisjoint(field._modules)
        ]
        uses = [
            Call(model, method, [] if method == ONCHANGE else [id_], kwargs)
            for model, id_, name in fields
            for method, kwargs in self.find_uses(self.env[model], name)
        ]
        searches = [
            Call(model, "search_count", [], {"domain": [[path, "ilike", mark]]}, mark)
            for model, _id, name in fields
            for path, mark in self.find_searches(self.env[model], name)
        ]
        return uses + searches

    def find_searches(self, model, name: str) -> Iterator[tuple[str, str]]:
        """Give where to search for which mark: also in what a field leads to."""
        field = model._fields[name]
        if field.relational and field.comodel_name in self.id_of:
            for path, other in self.env[field.comodel_name]._fields.items():
                if _is_text(other):
                    yield f"{name}.{path}", mark_of(self.scope, field.comodel_name)
        elif _is_text(field):
            for kind in (model._name, SECRET, "res.partner"):
                yield name, mark_of(self.scope, kind)

    def find_uses(self, model, name: str) -> Iterator[tuple[str, dict]]:
        """Give method and arguments of each use of a field."""
        field = model._fields[name]
        value = self.value(model, name)
        yield "read", {"fields": [name]}
        yield "web_read", {"specification": {name: self.specify(field)}}
        yield "export_data", {"fields_to_export": [name, f"{name}/display_name"]}
        yield "formatted_read_group", {"domain": [], "groupby": [name]}
        if field.relational or field.type in ("reference", "many2one_reference"):
            spec = {"values": {name: value}, "field_names": [name]}
            yield ONCHANGE, {**spec, "fields_spec": self.specification(model)}
        yield "write", {"vals": {name: value}}
        yield "create", {"vals_list": [{name: value}]}

    def find_arguments(self, model, name: str) -> Iterator[dict]:
        """Give the arguments for a method; of one that is not known several."""
        parameters = inspect.signature(getattr(type(model), name)).parameters.values()
        known, unknown = {}, []
        for one in list(parameters)[1:]:
            if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD):
                continue
            if one.name in self.SIMPLE:
                known[one.name] = self.SIMPLE[one.name]
            elif one.name in self.OF_MODEL:
                known[one.name] = getattr(self, self.OF_MODEL[one.name])(model)
            elif one.default is one.empty:
                unknown.append(one.name)
        if name == "act_on_all":
            yield from ({**known, "button": button} for button in BUTTONS)
        elif unknown:
            for value in (False, 1, FORGED, [], {}, [1]):
                yield {**known, **dict.fromkeys(unknown, value)}
        else:
            yield known

    # What a parameter of this name is given, in whatever method.
    SIMPLE = {
        "domain": [],
        "aggregates": ["__count"],
        "operation": "read",
        "view_type": "form",
        "views": [[False, "list"], [False, "form"], [False, "search"]],
        "is_paused": True,
        "message": MAIL,
        "msg_dict": {"subject": FORGED, "from": "a@example.com", "body": FORGED},
        "message_dict": {"to": "b@example.com", "message_id": "1", "references": ""},
        "model": JOB,
        "body": FORGED,
        "act_type_xmlid": "mail.mail_activity_data_todo",
        "act_type_xmlids": ["mail.mail_activity_data_todo"],
        "only_automated": False,
        "progress_bar": {"field": "state", "colors": {"done": "success"}},
        "grouping_sets": [[]],
        "help_message": "",
        "partner_ids": [1],
        "notification_type": "email",
        "translations": {"en_US": FORGED},
        "offset": 0,
    }
    # The name of the method here that gives the value.
    OF_MODEL = {
        "fields": "all_fields",
        "allfields": "all_fields",
        "fields_to_export": "all_fields",
        "field_names": "all_fields",
        "attributes": "no_fields",
        "field_name": "one_field",
        "groupby": "no_fields",
        "group_by": "one_field",
        "specification": "specification",
        "fields_spec": "specification",
        "vals": "values",
        "values": "values",
        "default": "values",
        "custom_values": "values_of_job",
        "update_vals": "values",
        "vals_list": "list_of_values",
        "data": "rows",
        "reference": "reference",
        "button": "button",
        "name": "name",
    }

    def all_fields(self, model):
        """Return the names of all fields."""
        return list(model._fields)

    def no_fields(self, _model):
        """Return nothing."""
        return []

    def one_field(self, model):
        """Return the name of a field people choose from."""
        kinds = {name: field.type for name, field in model._fields.items()}
        return next((name for name in kinds if kinds[name] == "selection"), "id")

    def specification(self, model):
        """Return that all fields are read, with names of records."""
        return {name: self.specify(field) for name, field in model._fields.items()}

    def specify(self, field) -> dict:
        """Return that a field is read, with the names of its records."""
        return {"fields": {"display_name": {}}} if field.relational else {}

    def reference(self, _model):
        """Return the backend of another company."""
        return f"{BACKEND},{self.id_of[BACKEND]}"

    def button(self, _model):
        """Return a button of a job."""
        return BUTTONS[0]

    def name(self, _model):
        """Return what names are searched for."""
        return f"zq{self.scope}"

    def rows(self, model):
        """Return a row for each field."""
        return [[FORGED for _name in model._fields]]

    def list_of_values(self, model):
        """Return the values of a record."""
        return [self.values(model)]

    def values_of_job(self, _model):
        """Return the values of a job."""
        return self.values(self.env[JOB])

    def values(self, model) -> dict:
        """Return the values of a record, like those of one that is there."""
        id_ = self.id_of.get(model._name)
        row = model.browse(id_).read(load=None)[0] if id_ else {}
        names = [
            name
            for name, field in model._fields.items()
            if field.store and name not in LOG_COLUMNS
        ]
        return {name: self.value(model, name, row.get(name)) for name in names}

    def value(self, model, name: str, like=None):
        """Return a value for a field; of free texts another one than there is."""
        field = model._fields[name]
        if name in NAMED:
            return NAMED[name]
        if field.type in ("char", "text", "html"):
            return f"{FORGED} {name}"
        if field.type in ("one2many", "many2many"):
            ids = [
                self.id_of[name] for name in (field.comodel_name,) if name in self.id_of
            ]
            return [[6, 0, ids]]
        if field.type == "many2one":
            return self.id_of.get(field.comodel_name, 1)
        if field.type == "selection":
            return self.other_choice(model, field, like)
        if field.type == "reference":
            return self.choose_reference(model, field)
        return {
            "integer": 7,
            "many2one_reference": 1,
            "float": 7.5,
            "boolean": not like,
            "datetime": "2026-01-31 12:00:00",
            "date": "2026-01-31",
            "json": [[], {}],
        }.get(field.type, False)

    def choose_reference(self, model, field) -> str | bool:
        """Return a record of the first model that the field may lead to."""
        names = [name for name, _label in field._description_selection(model.env)]
        found = [name for name in names if name in self.id_of]
        return f"{found[0]},{self.id_of[found[0]]}" if found else False

    def other_choice(self, model, field, like):
        """Return a choice that is not the one there is."""
        choices = [value for value, _label in field._description_selection(model.env)]
        return next((one for one in choices if one != like), like)


def _is_text(field) -> bool:
    is_text = field.type in ("char", "text", "html")
    return is_text and not ADDONS.isdisjoint(field._modules)


# Fields of these names are read by code: what would do harm there.
NAMED = {
    "domain": "[]",
    "func_name": "odoo.addons.connector_test.models.job.leave_trace",
    "method_name": "unlink",
    "model_name": "res.users",
    "model": "res.users",
    "res_model": "res.users",
    "system": "shop",
    "ref_type": "str",
    "payload": [[], {}],
    "user_id": 1,
}
