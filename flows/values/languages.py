# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Converter of texts in several languages, and how these are stored.

A text is mapped to what it is in the language of the flow, which creates or updates the
record. The other languages are written after that, one write per language.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from odoo import models
from odoo.fields import Command

from ...exception import InvalidUsageError
from ...text import is_missing
from .converter import UnfitValueError, converter

DEFAULT = "en_US"  # the language of Odoo where there is none in the context


class TranslatedText(str):
    """A text in the language of the flow, with those in other languages.

    Args:
        text: in the language of the flow.
        others: the other texts by the code of their language; an empty one clears the
            field in its language.
        is_lent: the source has no text in the language of the flow: a known record
            keeps its own, and a new one takes this of another language.
    """

    def __new__(cls, text: str, others: dict[str, str], is_lent: bool = False):
        """Return the text with those in other languages."""
        self = super().__new__(cls, text)
        self.others = others
        self.is_lent = is_lent
        return self

    def __reduce__(self):
        return type(self), (str(self), self.others, self.is_lent)

    def comparable(self) -> list:
        """Return what tells the text from others, for a hash."""
        return [None if self.is_lent else str(self), sorted(self.others.items())]


@converter
def translated(mapper, value, to_attr):
    """Return a text in several languages, which comes as a dictionary by language.

    A language that is missing is left alone; null clears the field in that language
    only. A language that is unknown here, or not active, is left out with a word.
    """
    field = mapper.model._fields[to_attr]
    if not field.translate:
        raise InvalidUsageError(
            f"Cannot map languages to {to_attr!r} of {mapper.model._name!r}: the field "
            "is not translated. Map the text of one language, or make the field "
            "translated (translate=True)."
        )
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        raise UnfitValueError("a text, or a dictionary of texts by language")
    texts = dict(_active_texts(mapper, value, to_attr))
    own = mapper.env.lang or DEFAULT
    if own in texts:
        return TranslatedText(texts.pop(own), texts)
    lent = next(filter(None, texts.values()), "")
    return TranslatedText(lent, texts, is_lent=True)


def find_language(env, asked: object) -> str | None:
    """Return the code of an active language, such as de_CH for de-ch; None if none.

    A code without a country is found where one language of it is active.
    """
    codes = [code for code, _name in env["res.lang"].get_installed()]
    plain = str(asked).strip().replace("-", "_").lower()
    by_lower = {code.lower(): code for code in codes}
    if plain in by_lower:
        return by_lower[plain]
    of_family = [code for code in codes if code.lower().split("_")[0] == plain]
    return of_family[0] if len(of_family) == 1 else None


def _active_texts(mapper, value: Mapping, to_attr: str) -> Iterator[tuple[str, str]]:
    """Return the texts whose language is active, by its code."""
    for asked, text in value.items():
        code = find_language(mapper.env, asked)
        if code is None:
            if mapper.options.dropped is not None:
                mapper.options.dropped.append(
                    f"{to_attr!r} of {mapper.model._name!r} in {asked!r}: that "
                    "language is not active here. Activate it, and import the record "
                    "again."
                )
        elif not (is_missing(text) or isinstance(text, str)):
            raise UnfitValueError(f"a text in {asked!r}, not {text!r}")
        else:
            yield code, "" if is_missing(text) else text


def has_translations(values: dict) -> bool:
    """Return whether mapped values, or those of lines, are in several languages."""
    for value in values.values():
        if isinstance(value, TranslatedText):
            return True
        if isinstance(value, list) and any(map(has_translations, _line_values(value))):
            return True
    return False


def _line_values(commands: list) -> Iterator[dict]:
    for command in commands:
        if isinstance(command, tuple) and isinstance(command[-1], dict):
            yield command[-1]


def write_translations(record: models.BaseModel, values: dict) -> None:
    """Write the texts of other languages among mapped values, of lines as well.

    Args:
        record: has the values of the language of the flow already.
        values: as they were mapped.
    """
    by_language: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for name, value in values.items():
        if isinstance(value, TranslatedText):
            for code, text in value.others.items():
                by_language[code][name] = text
        elif record._fields[name].type == "one2many" and isinstance(value, list):
            _write_lines(record, name, value)
    for code, texts in by_language.items():
        write_language(record, code, texts)


def write_language(record: models.BaseModel, code: str, texts: dict[str, str]) -> None:
    """Write texts of one language, as far as they differ, to where the fields are."""
    in_language = record.with_context(lang=code)
    wanted: defaultdict[models.BaseModel, dict[str, str]] = defaultdict(dict)
    for name, text in texts.items():
        if (in_language[name] or "") != text:
            field = record._fields[name]
            owner = field.related.split(".")[0] if field.inherited else None
            wanted[in_language[owner] if owner else in_language][name] = text
    for owner, changed in wanted.items():
        owner.write(changed)


def _write_lines(record: models.BaseModel, name: str, commands: list) -> None:
    """Write the other languages of the lines that commands created or updated."""
    model = record.env[record._fields[name].comodel_name]
    created = [one[2] for one in commands if one[0] == Command.CREATE]
    pairs = [
        (model.browse(one[1]), one[2]) for one in commands if one[0] == Command.UPDATE
    ]
    if created:  # they are the newest ones, in the order of their commands
        newest = record.with_context(active_test=False)[name].sorted("id")
        pairs += zip(newest[-len(created) :], created, strict=True)
    for line, values in pairs:
        write_translations(line.with_env(record.env), values)
