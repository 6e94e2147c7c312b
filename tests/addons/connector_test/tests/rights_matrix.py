# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rights of each group on each model of the addon, over the network.

A new model of the addon gets a line in ``ACCESS``, and records to try it on in
``rights_case.py``; a new public method of any model gets one in ``METHODS``.
"""

# group: its technical names; each may do what the groups before it may, besides portal.
GROUPS = {
    "portal": "base.group_portal",
    "employee": "base.group_user",
    "user": "base.group_user,connector.group_connector_user",
    "reviewer": "base.group_user,connector.group_connector_reviewer",
    "manager": "base.group_user,connector.group_connector_manager",
}

# model: {group: (what with an own record, what with that of another)}
# r read, w write, c create, d delete. A group that is not named may do nothing.
READ = {"user": ("r", ""), "reviewer": ("r", ""), "manager": ("r", "r")}
READ_AS_CHECKPOINT = {**READ, "reviewer": ("r", "r")}
READ_ALL = {name: ("r", "r") for name in ("user", "reviewer", "manager")}
ONLY_MANAGER_READS = {"manager": ("r", "r")}
# Dialogs: everybody has their own, and what they do is checked when they do it.
DIALOG = {name: ("rwc", "") for name in ("user", "reviewer", "manager")}
EMPLOYEE_DIALOG = {"employee": ("rwc", ""), **DIALOG}

ACCESS = {
    "connector.checkpoint": {
        "user": ("rw", ""),
        "reviewer": ("rw", "rw"),
        "manager": ("rwcd", "rwcd"),
    },
    "connector.checkpoint.reason": {**READ_ALL, "manager": ("rwcd", "rwcd")},
    "connector.checkpoint.repeat": {},  # the system counts them
    "connector.checkpoint.review": DIALOG,
    "connector.queue.job": READ,
    "connector.queue.attempt": READ,
    "connector.queue.activity": READ,
    "connector.queue.edge": READ,
    "connector.queue.worker": ONLY_MANAGER_READS,
    "connector.queue.channel": {**READ_ALL, "manager": ("rwcd", "rwcd")},
    "connector.queue.function": {**READ_ALL, "manager": ("rw", "rw")},
    "connector.queue.progress": ONLY_MANAGER_READS,
    "connector.queue.cancel": ONLY_MANAGER_READS,
    "connector.queue.requeue": DIALOG,
    "connector.queue.reschedule": DIALOG,
    "connector.log": READ,
    "connector.stream": {**READ_ALL, "manager": ("rw", "rw")},
    "connector.stream.run": READ_ALL,
    "connector.conflict": READ_AS_CHECKPOINT,
    "connector.field.owner": {**READ_ALL, "manager": ("rwcd", "rwcd")},
    "connector.value.map": {**READ_ALL, "manager": ("rwcd", "rwcd")},
    "connector.value.map.waiting": {},  # imports keep them
    "connector.stream.backfill": {"manager": ("rwc", "")},
    "connector.rejected": {"reviewer": ("r", "r"), "manager": ("r", "r")},
    "connector.match": {
        **READ_ALL,
        "reviewer": ("rw", "rw"),
        "manager": ("rw", "rw"),
    },
    "connector.request": {
        **READ_ALL,
        "reviewer": ("rw", "rw"),
        "manager": ("rw", "rw"),
    },
    "connector.webhook": {"reviewer": ("r", "r"), "manager": ("rw", "rw")},
    "connector.webhook.event": {"reviewer": ("r", "r"), "manager": ("r", "r")},
    "connector.tombstone": {
        **READ_ALL,
        "reviewer": ("rd", "rd"),
        "manager": ("rd", "rd"),
    },
    "connector.traffic": READ_ALL,
    "connector.relation": {**READ_ALL, "manager": ("rwcd", "rwcd")},
    "connector.link": {**READ_ALL, "manager": ("rd", "rd")},
    "connector.link.side": READ_ALL,
    "connector.link.add": {"manager": ("rwc", "")},
    "connector.link.add.line": {"manager": ("rwcd", "")},
    "connector.monitoring": {"manager": ("rwc", "")},
    "connector.export.to": EMPLOYEE_DIALOG,
    "connector.export.to.target": {
        name: (f"{rights}d", own) for name, (rights, own) in EMPLOYEE_DIALOG.items()
    },
    "connector.import.preview": {"manager": ("rwc", "")},
    "connector.import.preview.line": {"manager": ("rwcd", "")},
}

# What a method needs besides the records.
ARGUMENTS = {
    "act_on_all": ("requeue", []),
    "set_paused": ("no.backend,1", True),
    "check_connection": ("no.backend,1",),
    "count_of_record": ("res.partner", 1),
    "find_external_id": ("100123",),
}

# model: {public method: the least group that gets through with an own record}
METHODS = {
    "connector.checkpoint": {
        "reviewed": "user",
        "action_resolve_and_retry": "user",
        "action_assign_to_me": "user",
        "action_open_record": "user",
        "action_delete_missing": "manager",
        "action_keep_missing": "manager",
        "action_merge_there": "user",
        "action_take_ours": "user",
        "action_take_theirs": "user",
        "action_ask_again": "user",
        "action_unbind_alias": "user",
    },
    "connector.checkpoint.review": {"review": "user"},
    "connector.conflict": {
        "action_take_ours": "user",
        "action_take_theirs": "user",
        "action_take_back": "user",
    },
    "connector.stream": {
        "action_run": "manager",
        "action_full_refresh": "manager",
        "action_resume": "manager",
        "action_preview": "user",  # opens a dialog of managers
        "action_retry_rejected": "manager",
        "action_show_rejected": "reviewer",
        "action_delete_missing": "manager",
        "action_keep_missing": "manager",
        "action_match_report": "manager",
        "action_open_matches": "user",
    },
    "connector.export.to": {
        "action_export": "employee",  # who may create the bindings
        "action_take_back": "employee",
    },
    "connector.import.preview": {"action_preview": "manager"},
    "connector.value.map": {"action_retry": "manager"},
    "connector.stream.backfill": {"backfill": "manager"},
    "connector.rejected": {"action_retry": "manager"},
    "connector.tombstone": {"action_forget": "reviewer"},
    "connector.webhook": {
        "action_rotate": "manager",
        "action_test": "manager",
        "action_subscribe": "manager",
        "action_open_events": "reviewer",
        "action_replay_failed": "reviewer",
    },
    "connector.webhook.event": {
        "action_replay": "reviewer",
        "action_open_job": "reviewer",
    },
    "connector.request": {
        "action_was_created": "reviewer",
        "action_was_not_created": "reviewer",
    },
    "connector.match": {"action_link": "reviewer", "action_create": "reviewer"},
    "connector.backend": {
        "action_open_checkpoints": "user",
        "action_open_value_maps": "user",
        "action_open_jobs": "user",
        "action_open_webhook": "reviewer",
        "action_open_pending_exports": "user",
        "action_open_request_log": "user",
        "action_check_connection": "employee",  # who may write this kind of backend
        "action_try_now": "employee",  # likewise
    },
    "connector.binding": {
        "action_import_again": "employee",  # who may write this kind of binding
        "action_export_now": "employee",  # likewise
        "action_take_back_export": "employee",  # who may delete it
        "action_preview_import": "manager",
        "action_preview_export": "manager",
        "action_open_request_log": "user",
        "count_of_record": "portal",  # of what the user may read
    },
    "connector.overview": {
        "read_cards": "reviewer",
        "read_hours": "reviewer",
        "find_external_id": "reviewer",
        "check_connection": "reviewer",
        "begin_jobs": "manager",
        "set_paused": "manager",
    },
    "connector.monitoring": {
        "action_new_token": "manager",
        "action_switch_off": "manager",
    },
    "connector.queue.job": {
        "requeue": "user",
        "button_start_now": "user",
        "button_done": "user",
        "button_cancel": "user",
        "button_stop": "user",
        "button_take_over": "manager",
        "open_related_action": "user",
        "act_on_all": "user",
        "find_graph": "user",
        "action_show_log": "user",
        "find_own_running": "user",
        "find_warnings": "user",
    },
    "connector.queue.channel": {
        "action_pause": "manager",
        "action_resume": "manager",
        "action_show_jobs": "user",
    },
    "connector.queue.function": {"action_show_jobs": "user"},
    "connector.queue.worker": {"action_open_job": "manager"},
    "connector.link.add": {"add": "manager"},
    "connector.link.add.line": {"to_ref": "manager"},
    "connector.linked": {"action_open_links": "user"},
    "connector.relation": {"action_open_links": "user"},
    "connector.queue.requeue": {"requeue": "user"},
    "connector.queue.reschedule": {"reschedule": "user"},
}
