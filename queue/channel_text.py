# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Parser of the channel configuration text: names and limits of channels.

``root:4,root.shop:1:sequential:throttle=2`` lets four jobs run at a time, of which one
is the shop's, in their order and two seconds apart.
"""

import math
from difflib import get_close_matches

ROOT = "root"
OPTIONS = ("sequential", "throttle")  # besides the capacity
FORM = "name[:capacity[:sequential][:throttle=seconds]]"


def parse_simple_config(text: str) -> list[dict]:
    """Parse each entry of a configuration.

    Entries are separated by commas or new lines and have the form
    ``name[:capacity[:key[=value]…]]``; a key without value is True.

    Returns:
        For each entry a dict with ``name``, ``capacity`` (1 when it is left out) and
        its keys.

    Raises:
        ValueError: a name is missing, a capacity unreadable, a key or name repeated.
    """
    entries = [
        _parse_entry(entry)
        for entry in (one.strip() for one in text.replace("\n", ",").split(","))
        if entry
    ]
    names = [complete_name(entry["name"]) for entry in entries]
    double = next((name for name in names if names.count(name) > 1), None)
    if double:
        raise _refusal(text, f"channel {double!r} occurs twice", "each channel once")
    return entries


def parse_limits(text: str) -> dict[str, dict]:
    """Return the limits that a configuration sets, by complete name of the channel.

    Returns:
        For each channel the columns of its row: ``capacity`` (0 for no limit),
        ``is_sequential`` and ``throttle_s``.

    Raises:
        ValueError: the configuration cannot be read; the message says what is expected.
    """
    return {
        complete_name(entry["name"]): _limits(entry)
        for entry in parse_simple_config(text)
    }


def complete_name(name: str) -> str:
    """Return the complete name of a channel, which begins with ``root``."""
    return name if name.split(".")[0] == ROOT else f"{ROOT}.{name}"


def _parse_entry(entry: str) -> dict:
    name, *rest = (one.strip() for one in entry.split(":"))
    if not all(name.split(".")):
        raise _refusal(entry, "a name is missing", FORM)
    config = {"name": name, "capacity": _whole(entry, rest[0]) if rest else 1}
    for option in rest[1:]:
        key, is_given, value = (one.strip() for one in option.partition("="))
        if not key:
            raise _refusal(entry, "a key is missing", FORM)
        if key in config:
            raise _refusal(entry, f"{key!r} occurs twice", "each key once")
        config[key] = value if is_given else True
    return config


def _limits(entry: dict) -> dict:
    name, capacity = entry["name"], entry["capacity"]
    unknown = entry.keys() - {"name", "capacity", *OPTIONS}
    if unknown:
        key = min(unknown)
        near = get_close_matches(key, OPTIONS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise _refusal(name, f"{key!r} is not known{hint}", FORM)
    is_sequential = parse_sequential(entry)
    return {
        "capacity": capacity,
        "is_sequential": is_sequential,
        "throttle_s": parse_throttle_s(entry),
    }


def parse_sequential(entry: dict) -> bool:
    """Return whether an entry keeps the order of its jobs.

    Raises:
        ValueError: its capacity is not 1, or it is given a value.
    """
    is_sequential = entry.get("sequential", False)
    if is_sequential not in (True, False):
        raise _refusal(entry["name"], f"sequential={is_sequential}", "no value")
    if is_sequential and entry["capacity"] != 1:
        raise _refusal(
            entry["name"],
            f"a sequential channel has capacity {entry['capacity']}",
            "1: it runs one job at a time",
        )
    return is_sequential


def parse_throttle_s(entry: dict) -> float:
    """Return the minimum seconds between two starts in an entry, 0 for none.

    Raises:
        ValueError: it is no number of seconds.
    """
    value = entry.get("throttle", 0)
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = -1.0
    if value is True or not 0 <= seconds < math.inf:
        raise _refusal(entry["name"], f"throttle is {value!r}", "throttle=seconds")
    return seconds


def _whole(entry: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise _refusal(entry, f"capacity is {text!r}", "a whole number, 0 for no limit")
    return int(text)


def _refusal(where: str, seen: str, expected: str) -> ValueError:
    return ValueError(f"Cannot read channel {where!r}: {seen}, expected {expected}.")
