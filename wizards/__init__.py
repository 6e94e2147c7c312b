# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    connector_checkpoint_review,
    connector_link_add,
    connector_monitoring,
    connector_stream_backfill,
    export_to,
    import_preview,
    partner_merge,
    queue_requeue,
    queue_reschedule,
)
