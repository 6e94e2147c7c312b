# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cache folder of the commands, with a lock for each build."""

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from ground.say import StepFailed, say

FOLDER = "odoo-connector"
REPOSITORY = Path(__file__).resolve().parents[2]

# Programs that a step starts inherit its locks: when this process is killed, the
# next command still waits for what they are building.
_held: set[int] = set()


def choose_folder(environment: Mapping[str, str], is_root: bool) -> Path:
    """Return the cache folder: XDG_CACHE_HOME, else root's own, else the home's."""
    if given := environment.get("XDG_CACHE_HOME"):
        return Path(given).absolute() / FOLDER
    if is_root:
        return Path("/var/cache") / FOLDER
    return Path(environment.get("HOME", "~")).expanduser() / ".cache" / FOLDER


def folder(*parts: str) -> Path:
    """Return a folder inside the cache, made when it is missing."""
    path = choose_folder(os.environ, os.geteuid() == 0).joinpath(*parts)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        remedy = "Point XDG_CACHE_HOME to a folder you may write to."
        raise StepFailed(f"make the cache folder {path}", str(error), remedy) from error
    return path


def repository_key() -> str:
    """Return a short name for this copy of the repository, from its path."""
    return hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:8]


@contextlib.contextmanager
def only_one(task: str) -> Iterator[None]:
    """Let one command at a time do ``task``; the others wait and say so."""
    path = folder("locks") / task.replace(" ", "-")
    with open(path, "w") as file:
        if not try_lock(file):
            say(f"- wait for another command, which is busy with: {task}")
            fcntl.flock(file, fcntl.LOCK_EX)
        try:
            with holding(file):
                yield
        except OSError as error:
            remedy = f"Check free disk space and rights below {folder()}, then again."
            raise StepFailed(task, str(error), remedy) from error


@contextlib.contextmanager
def holding(file) -> Iterator[None]:
    """Let programs that are started meanwhile hold the file's lock as well."""
    _held.add(file.fileno())
    try:
        yield
    finally:
        _held.discard(file.fileno())


def held_locks() -> tuple[int, ...]:
    """Return the descriptors of the locks that this process holds."""
    return tuple(_held)


def try_lock(file) -> bool:
    """Take the file's lock if nobody holds it; it frees itself with its process."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def build_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder to build in; it gets its name when it is whole."""
    partial = partial_of(target)
    shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    partial.mkdir(parents=True)
    yield partial
    partial.rename(target)


def partial_of(target: Path) -> Path:
    """Return where a folder is built before it gets its name."""
    return target.with_name(f"{target.name}.partial")
