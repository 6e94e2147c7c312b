# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import connector_checkpoint_review, queue_requeue, queue_reschedule
