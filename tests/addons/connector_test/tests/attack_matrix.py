# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Attackers, and the only data of others that each may read and change.

What the groups may do with a record of another stands in ``rights_matrix.ACCESS``;
here is what comes of it elsewhere.
"""

from .rights_matrix import ACCESS, GROUPS

# attacker: technical names of the groups
ATTACKERS = {
    **GROUPS,
    "admin": "base.group_user,base.group_system",
    "stranger": GROUPS["manager"],  # of another company
}
# who has no line in ACCESS: whose counts
LIKE = {"admin": "employee", "stranger": "manager"}

BACKEND = "connector.test.backend"
# A connector says who may what with its backends; so does the attacked one.
RIGHTS = {
    **ACCESS,
    BACKEND: {"user": ("r", "r"), "reviewer": ("r", "r"), "manager": ("rwcd", "rwcd")},
}

# Models whose rows belong to no company: one queue serves all of them.
SHARED = {
    "connector.checkpoint.reason",
    "connector.queue.channel",
    "connector.queue.function",
    "connector.queue.worker",
}

# group: {table: what its calls may do to rows that are no own ones}, besides ACCESS:
# the buttons and dialogs do so after checks of their own.
JOBS = {"connector_queue_job": "w", "connector_queue_edge": "w"}
EFFECTS = {
    # "resolve and retry"; repeats are counted when somebody has reviewed
    "reviewer": {
        **JOBS,
        "connector_queue_job": "wc",  # by a match, a forgotten tombstone or a request
        "connector_checkpoint_repeat": "d",
        "connector_webhook_event": "w",  # by a replay
    },
    "manager": {
        **JOBS,
        "connector_queue_job": "wc",  # of the first page of a stream that is started
        "connector_match": "d",  # with the backend
        "connector_conflict": "d",  # with its checkpoint
        "connector_request": "d",  # with the backend
        "connector_webhook": "d",  # likewise
        "connector_webhook_event": "wd",  # likewise, and by a replay
        "connector_stream": "cd",  # with the backend
        "connector_stream_run": "cwd",  # likewise, and by a decision about deletions
        "connector_value_map_waiting": "d",  # with a row, and by Retry
        "connector_checkpoint_repeat": "d",
        "connector_queue_cancel": "wc",
        "connector_relation": "c",  # by a link that is added
        "connector_link": "cw",
        "connector_link_side": "c",
        "ir_config_parameter": "wc",  # the token of monitoring
    },
}
# What mail keeps of a record goes with the right to read or write the record.
MAIL = ("mail_", "bus_")

# What says what a job is. Nobody changes it.
SEALED = {
    *("uuid", "user_id", "company_id", "context", "func_name", "method_name"),
    *("model_name", "payload", "payload_version", "job_function_id"),
    "seal",
}

# Records of a colleague, and of another company.
NEAR, FAR = "near", "far"
# attacker: whose records are attacked
AIMS = [
    ("portal", NEAR),
    ("employee", NEAR),
    ("admin", NEAR),
    ("user", NEAR),
    ("user", FAR),
    ("reviewer", NEAR),
    ("manager", NEAR),  # who may read them, and yet not change what a job is
    ("manager", FAR),
    ("stranger", NEAR),
]
