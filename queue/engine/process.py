# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Interfaces between the threads of a process that runs jobs.

A watcher has pools, a pool has workers, a worker has a supervisor. Each of them gets
its owner, and names here all that it needs of it; so none of their files imports the
file of its owner.
"""

from typing import Protocol

from odoo.modules.registry import Registry

from ..channels.served import ServedChannels
from ..settings import Settings
from .connection import OdooCursor
from .registration import ControlConnection, WorkerRegistration
from .runner import Runner


class ProcessContext(Protocol):
    """What a worker knows of its process."""

    process_type: str
    settings: Settings


class PoolOwner(ProcessContext, Protocol):
    """What a pool needs of the watcher."""

    worker_class: type


class WorkerOwner(Protocol):
    """What a worker needs of its pool."""

    control: ControlConnection
    served: ServedChannels
    is_held: bool

    def wake_one(self) -> None:
        """Wake a free worker to claim jobs."""

    def registry(self, cr: OdooCursor) -> Registry:
        """Return the registry, reloaded if Odoo signalled so."""


class SupervisedWorker(Protocol):
    """What a supervisor needs of its worker."""

    registration: WorkerRegistration
    runner: Runner

    def stop(self) -> None:
        """Finish the running job, release the others and end."""

    def end_sessions(self) -> None:
        """End its sessions, though its thread uses them."""

    def drain(self) -> list:
        """Remove and return the jobs that were claimed and not started."""
