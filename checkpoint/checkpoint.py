# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the checkpoints, see ``models.checkpoint.add``."""

from ..models.checkpoint.add import add_checkpoint, add_checkpoint_message

__all__ = ["add_checkpoint", "add_checkpoint_message"]
