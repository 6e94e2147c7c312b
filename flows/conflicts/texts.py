# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Texts in several languages, as bases keep and compare them.

A payload need not name all languages: what it leaves out is as it was.
"""

from ..values.languages import DEFAULT

TEXTS = "texts"  # by language


def in_form_of(
    like: object, base: object, lang: str | None, is_ours: bool = False
) -> object:
    """Return a base in the form of a value: the same languages, the others left out.

    >>> base = {"texts": {"en_US": "Tea", "de_DE": "Tee"}}
    >>> in_form_of({"texts": {"de_DE": "Tee!"}}, base, "en_US")
    {'texts': {'de_DE': 'Tee'}}
    >>> in_form_of("Tea!", base, "en_US")
    'Tea'

    Args:
        like: the value.
        base: what was mapped, or kept, before.
        lang: of the flow, in which a text without languages is.
        is_ours: it is what Odoo kept, which shows a text of its own language where
            there is none of another one.
    """
    own = lang or DEFAULT
    if not (has_texts(like) or has_texts(base)):
        return base
    if not has_texts(like):
        if like is None and not is_ours:  # null is no text in any language
            return None if is_empty(base) else base
        return base[TEXTS].get(own)
    texts = _texts(base, own)
    if texts is None:
        return base
    lent = texts.get(DEFAULT, texts.get(own)) if is_ours else None
    return {TEXTS: {code: texts.get(code, lent) for code in like[TEXTS]}}


def merged(base: object, new: object, lang: str | None) -> object:
    """Return a base with a new value: the languages that this leaves out stay.

    >>> merged({"texts": {"en_US": "Tea", "de_DE": "Tee"}}, "Teas", "en_US")
    {'texts': {'en_US': 'Teas', 'de_DE': 'Tee'}}

    Args:
        base: as it was.
        new: what is mapped, or kept, now.
        lang: of the flow, in which a text without languages is.
    """
    if not (has_texts(base) or has_texts(new)):
        return new
    if new is None:  # null is no text in any language
        return {TEXTS: dict.fromkeys(base[TEXTS])}
    own = lang or DEFAULT
    before, after = _texts(base, own), _texts(new, own)
    if before is None or after is None:
        return new
    return {TEXTS: {**before, **after}}


def has_texts(value: object) -> bool:
    """Return whether a value is in several languages."""
    return isinstance(value, dict) and TEXTS in value


def is_empty(value: object) -> bool:
    """Return whether there is no value, in no language; 0 is one.

    >>> [is_empty(one) for one in (None, False, [], {"texts": {"en_US": None}})]
    [True, True, True, True]
    >>> [is_empty(one) for one in (0, 0.0, "0", {"texts": {"en_US": "Tea"}})]
    [False, False, False, False]
    """
    if has_texts(value):
        return not any(value[TEXTS].values())
    return value is None or value is False or value == []


def _texts(value: object, own: str) -> dict[str, object] | None:
    """Return a value by language; None where it is not known."""
    if has_texts(value):
        return value[TEXTS]
    is_text = value is None or isinstance(value, str | dict)  # long ones are hashed
    return {own: value} if is_text else None
