# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The call that a job makes later."""

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Task:
    """A delayed call of a module function, or of a method on records."""

    func: Callable
    model_name: str | None
    args: tuple = ()
    kwargs: dict = field(default_factory=dict)
    records: object = None  # of which the method is called; None for a function
    user_id: int | None = None  # the user who delays it, for identity keys
    company_id: int | None = None

    @property
    def func_name(self) -> str:
        """``module.function``, or ``model.method``."""
        if self.records is not None:
            return f"{self.records._name}.{self.func.__name__}"
        return f"{self.func.__module__}.{self.func.__name__}"

    @property
    def description(self) -> str:
        """First line of the function's docstring, or its name."""
        doc = inspect.getdoc(self.func)
        return doc.partition("\n")[0] if doc else f"Function {self.func.__name__}"

    def __str__(self) -> str:
        return f"{self.func_name} of {self.model_name}"


def identity_exact(task: Task) -> str:
    """Return a key that is the same for the same call by the same user and company."""
    parts = (
        task.func_name,
        task.model_name,
        task.records,
        task.args,
        sorted(task.kwargs.items()),
        task.user_id,
        task.company_id,
    )
    return hashlib.sha1(repr(parts).encode(), usedforsecurity=False).hexdigest()
