# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""PostgreSQL of a chosen major version: the system's, else one of Debian's suites.

The latter is unpacked in the cache with the libraries it needs, the C library first:
that of a newer Debian does not run on an older one. So each program makes way for a
script of its name that starts it with these libraries. PostgreSQL's programs find each
other, and their files, from where they lie: nothing else has to know.
"""

import os
import shlex
from pathlib import Path

from ground import cache, debian
from ground.say import StepFailed, say

VARIABLE = "POSTGRES_VERSION"  # the tests' processes read it as well
SUITES = {"15": "bookworm", "17": "trixie", "18": "sid"}
PROGRAMS = "usr/lib/postgresql/{version}/bin"
LIBRARIES = ("usr/lib/*-linux-gnu", "lib/*-linux-gnu")
LOADER = "ld-linux*.so.*"
# What PostgreSQL itself runs without: compiling of queries (100 MB), Perl, texts.
NOT_NEEDED = ("libllvm", "libz3", "libperl")
SKIPPED = ("*/llvmjit*", "*/bitcode", "./usr/share/doc", "./usr/share/locale")

SCRIPT = """\
#!/bin/sh
export LOCPATH={locales}
exec {loader} --inhibit-cache --argv0 {script} --library-path {libraries} \\
    {program} "$@"
"""


def chosen_version() -> str | None:
    """Return the major version that the user wants, None for the system's own."""
    return os.environ.get(VARIABLE) or None


def choose_version(version: str | None) -> None:
    """Use a major version from here on, in this process and in those it starts."""
    if version:
        os.environ[VARIABLE] = version


def find_programs_of(version: str, program: str) -> Path:
    """Return the folder with the programs of a version; unpack it when missing.

    Raises:
        StepFailed: no suite of Debian has it, or user ``postgres`` may not enter.
    """
    programs = PROGRAMS.format(version=version)
    if (Path("/") / programs / program).is_file():
        return Path("/") / programs
    step = f"get PostgreSQL {version}"
    target = cache.folder() / f"postgresql-{version}"
    _expect_known(step, version)
    _expect_open(step, target.parent)
    if not target.is_dir():
        with cache.only_one(step):
            if not target.is_dir():
                _unpack(version, target)
    return target / programs


def _expect_known(step: str, version: str) -> None:
    if version not in SUITES:
        why = f"it is none of {', '.join(SUITES)}, and not installed."
        remedy = "Choose one of these, or install the version you want."
        raise StepFailed(step, why, remedy)


def _expect_open(step: str, folder: Path) -> None:
    """Refuse a cache in which user ``postgres``, whom root needs, starts nothing."""
    closed = [one for one in (folder, *folder.parents) if not one.stat().st_mode & 1]
    if closed and os.geteuid() == 0:
        why = f"PostgreSQL's own user may not enter {closed[-1]}."
        remedy = "Unset XDG_CACHE_HOME, or point it to a folder open to everybody."
        raise StepFailed(step, why, remedy)


def _unpack(version: str, target: Path) -> None:
    """Download the packages of a version and make its programs run."""
    files = _download(version, target)
    say(f"- unpack PostgreSQL {version}")
    with cache.build_folder(target) as partial:
        for file in files:
            debian.extract_package(file, partial, SKIPPED)
        _put_scripts(partial, target, PROGRAMS.format(version=version))
    for file in files:
        file.unlink()


def _download(version: str, target: Path) -> list[Path]:
    """Return the packages of a version, with the libraries it needs."""
    folder, suite = cache.folder("downloads", target.name), SUITES[version]
    downloads = debian.Downloads(folder, (suite,))
    names = [f"postgresql-{version}", f"postgresql-client-{version}"]
    try:
        downloads.update()
        needed = [
            name
            for name in downloads.find_needed(*names)
            if name in names or name.startswith(("lib", "zlib"))
            if not name.startswith(NOT_NEEDED)
        ]
        return downloads.fetch(needed, f"download PostgreSQL {version} (45 MB)")
    except StepFailed as failure:
        remedy = f"Check that Debian's {suite} has {names[0]}, or install it yourself."
        step = f"get PostgreSQL {version}"
        raise StepFailed(step, str(failure), remedy) from failure


def _put_scripts(root: Path, target: Path, folder: str) -> None:
    """Put a script in the place of each program below ``root``, soon ``target``."""
    libraries = [path for name in LIBRARIES for path in root.glob(name)]
    loader = next(file for path in libraries for file in path.glob(LOADER))
    programs = root / folder
    real = programs.with_name("programs")
    programs.rename(real)
    programs.mkdir()

    def later(*paths: Path) -> str:
        """Return where files will be, for the shell."""
        return shlex.quote(":".join(str(target / p.relative_to(root)) for p in paths))

    for program in real.iterdir():
        script = programs / program.name
        script.write_text(
            SCRIPT.format(
                locales=later(root / "usr/lib/locale"),
                loader=later(loader),
                script=later(script),
                libraries=later(*libraries),
                program=later(program),
            )
        )
        script.chmod(0o755)
