# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# Import order is the order of super(): classes imported later are called first.
# ruff: noqa: I001
from . import access_guard
from . import base
from . import binding
from . import loose
from .checkpoint import reason as checkpoint_reason
from .checkpoint import merge as checkpoint_merge
from .backend import backend as backend_backend
from .backend import check as backend_check
from .backend import checkpoint as backend_checkpoint
from .backend import queue as backend_queue
from .backend import flows as backend_flows
from .backend import job_user as backend_job_user
from .checkpoint import checkpoint as checkpoint_checkpoint
from .checkpoint import add as checkpoint_add
from .checkpoint import mail as checkpoint_mail
from .checkpoint import display_name as checkpoint_display_name
from .checkpoint import notifications as checkpoint_notifications
from .checkpoint import review as checkpoint_review
from .checkpoint import versions as checkpoint_versions
from .link import link as link_link
from .link import side as link_side
from .link import linked as link_linked
from . import connector_log
from .monitoring import monitor as monitoring_monitor
from .monitoring import overview as monitoring_overview
from .link import relation as link_relation
from . import delayable_base
from . import ir_actions_server
from .link import checkpoint as link_checkpoint
from . import linked_base
from .queue import activity as queue_activity
from .queue import attempt as queue_attempt
from .queue import channel as queue_channel
from .queue import current as queue_current
from .queue import edge as queue_edge
from .queue import function as queue_function
from .queue_job import queue_job as queue_job_queue_job
from .queue_job import actions as queue_job_actions
from .queue_job import backend as queue_job_backend
from .queue_job import other_queue as queue_job_other_queue
from .queue_job import change as queue_job_change
from .queue_job import delay as queue_job_delay
from .queue_job import log as queue_job_log
from .queue_job import network as queue_job_network
from .queue_job import notifications as queue_job_notifications
from .queue_job import take_over as queue_job_take_over
from .queue_job import retention as queue_job_retention
from .queue_job import bulk as queue_job_bulk
from .queue_job import display as queue_job_display
from .queue_job import classic as queue_job_classic
from .queue_job import alerts as queue_job_alerts
from .queue import worker as queue_worker
from .queue import worker_alerts as queue_worker_alerts
from .link import res_partner as link_res_partner
from .stream import stream as stream_stream
from .stream import run as stream_run
