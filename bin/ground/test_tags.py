# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tags of ``bin/test TAG…``, resolved to the tests of each addon."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ground.addons import Addon

# Tests with servers, browsers and races of their own: a part for themselves.
SLOW = ("server", "chaos", "attack", "browser", "race")

# The pieces of Odoo's own --test-tags: [-][tag][/module][:Class][.method]
PIECE = re.compile(
    r"(?P<sign>[+-]?)(?P<tag>\*|\w*)"
    r"(?:/(?P<addon>\w+))?(?P<file>(?:/\w+)*/\w+\.py)?"
    r"(?::(?P<cls>\w+))?(?:\.(?P<method>\w+))?"
)


@dataclass(frozen=True)
class Part:
    """Some tests of one addon, which run in one database."""

    name: str
    addon: Addon
    spec: str  # as --test-tags
    is_whole: bool = False  # whether these, or all parts together, are all its tests


def choose_parts(addon: Addon, tags: Sequence[str], names: set[str]) -> list[Part]:
    """Return the parts to test of one addon, the slow one first.

    Args:
        addon: the addon that is going to be tested.
        tags: what the user typed; nothing means every test of ours.
        names: the names of all addons of the repository.

    Raises:
        ValueError: a tag cannot be read.
    """
    spec = choose_tests(addon, tags, names)
    if spec is None:
        return []
    is_whole = spec == choose_tests(addon, [], names)
    slow = choose_tests(addon, SLOW, names) if is_whole else None
    if slow is None:
        return [Part(addon.name, addon, spec, is_whole)]
    others = choose_tests(addon, [f"-{tag}" for tag in SLOW], names)
    parts = {f"{addon.name}_slow": slow, addon.name: others}
    return [Part(name, addon, part, is_whole=True) for name, part in parts.items()]


def choose_tests(addon: Addon, tags: Sequence[str], names: set[str]) -> str | None:
    """Return the --test-tags for one addon, None when nothing of it is meant.

    Args:
        addon: the addon that is going to be tested.
        tags: what the user typed; nothing means every test of ours.
        names: the names of all addons of the repository.

    Raises:
        ValueError: a tag cannot be read.
    """
    pieces = [_read(tag, names) for tag in tags]
    wanted = [piece for piece in pieces if piece["sign"] != "-"]
    unwanted = [piece for piece in pieces if piece["sign"] == "-"]
    text = "\n".join(file.read_text() for file in addon.test_files)
    files = {file.name for file in addon.test_files}
    if not any(name.startswith("test_") for name in files):
        return None
    chosen = [p for p in wanted or [{}] if _is_meant(p, addon, text, files)]
    if not chosen:
        return None
    spec = [_write(piece, addon) for piece in chosen]
    spec += [f"-{_write(piece, addon)}" for piece in unwanted]
    return ",".join(spec)


def _read(tag: str, names: set[str]) -> dict:
    """Return the parts of one tag; plain names are told apart by their look."""
    sign, plain = re.fullmatch(r"([+-]?)(.*)", tag).groups()
    if plain in names:
        return {"sign": sign, "addon": plain}
    if re.fullmatch(r"(\w+/)*test_\w+\.py", plain):
        return {"sign": sign, "file": plain.rpartition("/")[2]}
    if re.fullmatch(r"test_\w+", plain):
        return {"sign": sign, "method": plain}
    if re.fullmatch(r"[A-Z]\w*(\.\w+)?", plain):
        cls, _dot, method = plain.partition(".")
        return {"sign": sign, "cls": cls, "method": method}
    match = PIECE.fullmatch(tag)
    if not match or not plain:
        raise ValueError(
            f"Cannot read the tag {tag!r}: expected [tag][/addon][:Class][.method], "
            "TestClass, TestClass.test_method, test_method, test_file.py or an addon."
        )
    return match.groupdict()


def _is_meant(piece: dict, addon: Addon, text: str, files: set[str]) -> bool:
    """Tell whether an addon may hold such tests, judging by its source."""
    if piece.get("addon") and piece["addon"] != addon.name:
        return False
    if piece.get("file") and piece["file"].rpartition("/")[2] not in files:
        return False
    tag = piece.get("tag") or ""
    if tag in ("*", "standard", "at_install", "post_install", addon.name):
        tag = ""
    names = (piece.get("cls"), piece.get("method"))
    words = [rf"\b{name}\b" for name in names if name]
    words += [rf"[\"']{tag}[\"']"] if tag else []
    return all(re.search(word, text) for word in words)


def _write(piece: dict, addon: Addon) -> str:
    """Return one piece as Odoo reads it, kept to one addon's tests."""
    # Without the star Odoo would leave out what is not tagged "standard".
    spec = f"{piece.get('tag') or '*'}/{addon.name}"
    if file := piece.get("file"):
        spec += f"/tests/{file.rpartition('/')[2]}"
    if cls := piece.get("cls"):
        spec += f":{cls}"
    if method := piece.get("method"):
        spec += f".{method}"
    return spec
