# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Settings of the engine, read and checked once at start."""

import configparser
import logging
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from odoo.tools import config

_logger = logging.getLogger(__name__)

SECTION = "connector"
PREFIX = "CONNECTOR_"
OLD_SECTION = "options-connector"
OLD_VARIABLE = "ODOO_CONNECTOR_CHANNELS"

YEAR_S = 366 * 86_400.0  # seconds

Parse = Callable[[str], Any]


def _number(parse: Parse, least: float, most: float = math.inf) -> Parse:
    """Return a parser of numbers within a range."""

    def parse_number(text: str):
        value = parse(text)
        if not least <= value <= most or math.isinf(value):
            top = "" if math.isinf(most) else f" and <= {most}"
            raise ValueError(f"expected a number >= {least}{top}")
        return value

    return parse_number


def _or_never(parse: Parse) -> Parse:
    """Return a parser that accepts 0 too, which means never."""

    def parse_or_never(text: str):
        try:
            return parse(text)
        except ValueError as error:
            if text.strip() == "0":
                return 0.0
            raise ValueError(f"{error}".replace("expected", "expected 0 or")) from None

    return parse_or_never


def _parse_names(text: str) -> tuple[str, ...]:
    """Return the names of a list of channels."""
    names = tuple(one.strip() for one in text.replace("\n", ",").split(","))
    names = tuple(filter(None, names))
    if not all(all(name.split(".")) and ":" not in name for name in names):
        raise ValueError("expected names such as root.shop, with commas between them")
    return names


ANSWERS = {"auto": None, "yes": True, "no": False}


def _parse_answer(text: str) -> bool | None:
    """Parse yes, no or auto."""
    if text.strip().lower() not in ANSWERS:
        raise ValueError(f"expected one of {', '.join(ANSWERS)}")
    return ANSWERS[text.strip().lower()]


def _setting(default, parse: Parse):
    return field(default=default, metadata={"parse": parse})


@dataclass(frozen=True)
class Settings:
    """Settings from section ``[connector]`` or variables ``CONNECTOR_<NAME>``.

    The environment wins over the file.
    """

    workers: int = _setting(1, _number(int, 0))
    """Job processes beside a prefork server; 0: none."""
    threads: int = _setting(1, _number(int, 1))
    """Jobs at the same time in each process."""
    channels: str = _setting("", str.strip)
    """The limits of channels, set once at the start; ``channel_text`` reads them."""
    only_channels: tuple[str, ...] = _setting((), _parse_names)
    """The channels whose jobs run here, with those below them; none: all channels."""
    pooled: bool | None = _setting(None, _parse_answer)
    """Whether a transaction pooler stands before PostgreSQL; auto: detect it."""
    poll_s: float = _setting(30.0, _number(float, 0.1))
    """How long a lost notification can go unnoticed."""
    heartbeat_s: float = _setting(5.0, _number(float, 0.1, 20.0))
    """How often a worker gives a sign of life; after 60 s of silence it is dead."""
    recover_s: float = _setting(5.0, _number(float, 0.1))
    """How often a watcher checks for dead workers."""
    grace_s: float = _setting(60.0, _number(float, 0))
    """How long a process that stops waits for its jobs."""
    watchdog_s: float = _setting(60.0, _or_never(_number(float, 10.0, 3600.0)))
    """After how long without a sign of life a process is ended; 0: never."""
    network_retry_s: float = _setting(86_400.0, _number(float, 0, YEAR_S))
    """How long a job is retried after errors of the network; 0: by count."""
    copy_wait_s: float = _setting(60.0, _number(float, 0))
    """How long a new database, perhaps a copy, must be idle before its jobs run."""
    file_root: str = _setting("", str.strip)
    """The folder below which backends may read files; none: they read none."""
    private_networks: str = _setting("", str.strip)
    """The private networks that backends may reach; none: public addresses only."""

    @classmethod
    def load(cls, values: Mapping[str, str], source: str = "") -> "Settings":
        """Parse the given settings; the others keep their defaults.

        Args:
            values: the text of each setting by its name.
            source: where they come from, for messages.

        Raises:
            ValueError: a name is unknown or a value unreadable.
        """
        return cls(**_parse_all(values, source or f"[{SECTION}]"))

    @classmethod
    def find(cls) -> "Settings":
        """Return the settings of this server.

        Raises:
            ValueError: a name is unknown or a value unreadable.
        """
        path = config["config"]
        return cls(
            **{
                **_parse_all(_from_old_file(path), f"[{OLD_SECTION}] of {path}"),
                **_parse_all(_from_file(path), f"[{SECTION}] of {path}"),
                **_parse_all(_from_old_environment(), OLD_VARIABLE),
                **_parse_all(_from_environment(), "the environment"),
            }
        )


def _parse_all(values: Mapping[str, str], source: str) -> dict[str, Any]:
    known = {setting.name: setting for setting in fields(Settings)}
    for name in values.keys() - known.keys():
        near = get_close_matches(name, known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"Unknown setting {name!r} in {source}.{hint} There are {', '.join(known)}."
        )
    return {name: _parse(known[name], text, source) for name, text in values.items()}


def _parse(setting, text: str, source: str):
    try:
        return setting.metadata["parse"](text)
    except ValueError as error:
        reason = str(error) if str(error).startswith("expected") else ""
        raise ValueError(
            f"Unreadable setting {setting.name!r} in {source}: {text!r}, "
            f"{reason or _expectation(setting)}."
        ) from error


def _expectation(setting) -> str:
    kind = "whole number" if isinstance(setting.default, int) else "number"
    return f"expected a {kind} such as {setting.default}"


def _from_file(path: str | None, section: str = SECTION) -> dict[str, str]:
    parser = configparser.RawConfigParser()
    try:
        if path:
            parser.read(path)
    except configparser.Error as error:
        raise ValueError(f"Unreadable file {path}: {error}") from error
    return dict(parser[section]) if parser.has_section(section) else {}


def _from_old_file(path: str | None) -> dict[str, str]:
    """Return the settings that the old configuration file shares with this one."""
    text = _from_file(path, OLD_SECTION).get("channels")
    if text is None:
        return {}
    _logger.warning(
        "[%s] is an old section: move channels to [%s]", OLD_SECTION, SECTION
    )
    return {"channels": text}


def _from_old_environment() -> dict[str, str]:
    text = os.environ.get(OLD_VARIABLE)
    if text is None:
        return {}
    _logger.warning("%s is an old name: use %sCHANNELS", OLD_VARIABLE, PREFIX)
    return {"channels": text}


def _from_environment() -> dict[str, str]:
    return {
        name[len(PREFIX) :].lower(): text
        for name, text in os.environ.items()
        if name.startswith(PREFIX)
    }
