# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the types: what is said to type checkers is what the program does.

``bin/lint`` checks the types themselves, see ``typed_usage.py``.
"""

import ast
import re
from types import NoneType, UnionType
from typing import Union, get_args, get_origin, get_type_hints

from odoo.tests import BaseCase, tagged

from ..queue.delay.options import (
    MODES,
    OPTION_NAMES,
    SCOPES,
    JobKeywords,
    JobOptions,
    Mode,
    Scope,
)
from ..queue.delay.registry import ON_MISSING, OnMissing
from .source import ROOT, Source
from .test_architecture import ROOT_FILES

NEEDS_KEY = {"mode", "scope"}  # options without sense where there is no identity key
CHECKED = re.compile(r'"connector\.([\w.]+)"')


def kinds(hint) -> set:
    """Return the types of a value that is given: None counts as not given."""
    parts = get_args(hint) if get_origin(hint) in (Union, UnionType) else [hint]
    return set(parts) - {NoneType}


def read_options_of_delay() -> list[list[str]]:
    """Return the options that each overload of ``Delay`` names."""
    source = Source("", (ROOT / "queue" / "job_function.py").read_text())
    (delay,) = (one for one in source.classes if one.name == "Delay")
    overloads = (one for one in delay.body if isinstance(one, ast.FunctionDef))
    named = [[arg.arg for arg in one.args.kwonlyargs] for one in overloads]
    return [names for names in named if names]


@tagged("post_install", "-at_install")
class TestOptions(BaseCase):
    def test_keywords_are_the_options_with_their_types(self):
        options = get_type_hints(JobOptions)
        keywords = get_type_hints(JobKeywords)

        self.assertEqual(keywords.keys(), OPTION_NAMES)
        for name, keyword in keywords.items():
            with self.subTest(name):
                self.assertEqual(kinds(keyword), kinds(options[name]))
                self.assertIn(NoneType, get_args(keyword))

    def test_each_option_of_delay_may_stand_beside_keywords_of_the_function(self):
        first = [names[0] for names in read_options_of_delay()]
        named = {name for names in read_options_of_delay() for name in names}

        self.assertCountEqual(first, OPTION_NAMES - NEEDS_KEY)
        self.assertEqual(named, OPTION_NAMES)

    def test_words_of_an_option_are_those_that_are_accepted(self):
        self.assertEqual(get_args(Mode), MODES)
        self.assertEqual(set(get_args(Scope)), SCOPES.keys())
        self.assertEqual(get_args(OnMissing), ON_MISSING)


@tagged("post_install", "-at_install")
class TestCheckedRooms(BaseCase):
    def test_all_root_files_are_checked(self):
        checked = CHECKED.findall((ROOT / "pyproject.toml").read_text())

        self.assertGreaterEqual(set(checked), {"api", "components", *ROOT_FILES})
        for name in checked:
            with self.subTest(name):
                path = ROOT.joinpath(*name.split("."))
                self.assertTrue(path.is_dir() or path.with_suffix(".py").is_file())
