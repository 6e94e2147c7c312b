// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// How is one backend doing?

import { Component } from "@odoo/owl";

import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

import { formatCount } from "./format_count";
import { HourGraph } from "./hour_graph";

const CONNECTIONS = {
    unknown: { label: _t("Not Checked"), icon: "fa-question-circle", tone: "muted" },
    ok: { label: _t("Connected"), icon: "fa-check-circle", tone: "success" },
    failed: { label: _t("Not Connected"), icon: "fa-times-circle", tone: "danger" },
};

export class OverviewCard extends Component {
    static template = "connector.OverviewCard";
    static components = { HourGraph };
    static props = {
        card: Object,
        hours: {type: [Object, {value: null}], optional: true},
        limit: Number,
        isManager: Boolean,
        onOpen: Function,
        onOpenBackend: Function,
        onCheck: Function,
        onPause: Function,
        onResume: Function,
    };

    get id() {
        return `o_connector_card_${this.props.card.reference.replace(/\W/g, "_") || "others"}`;
    }

    get connection() {
        return CONNECTIONS[this.props.card.connection];
    }

    get paused() {
        return this.props.card.channels.filter((channel) => channel.is_paused);
    }

    get closed() {
        return this.props.card.channels.filter((channel) => !channel.is_open);
    }

    // Why nothing starts: its own pause, or that of a channel above.
    get pauseText() {
        const names = (channels) => channels.map((channel) => channel.name).join(", ");
        if (this.paused.length) {
            const reason = this.paused.map((channel) => channel.reason).find(Boolean);
            const text = _t("Paused: %(names)s", { names: names(this.paused) });
            return reason ? `${text} (${reason})` : text;
        }
        if (this.closed.length) {
            return _t("Paused: a parent channel of %(names)s", { names: names(this.closed) });
        }
        return "";
    }

    get channelText() {
        return this.props.card.channels.map((channel) => channel.name).join(", ");
    }

    get figures() {
        const { card, limit, isManager } = this.props;
        const figure = (what, label, value, tone = "") => ({
            what,
            label,
            text: formatCount(value, limit),
            tone: value ? tone : "",
            // Whoever only reviews sees no jobs of others, and no list of them.
            isLink: isManager || what === "checkpoints",
        });
        const figures = [
            figure("backlog", _t("Waiting"), card.backlog),
            figure("running", _t("Running"), card.running, "info"),
            figure("failed", _t("Failed"), card.failed, "danger"),
            figure("done", _t("Done today"), card.done_today, "success"),
        ];
        // People said so, no job did it: rare, and never among what was done.
        if (card.by_hand_today) {
            figures.push(figure("by_hand", _t("Set to done"), card.by_hand_today));
        }
        if (card.reference) {
            figures.push(
                figure("checkpoints", _t("To review"), card.checkpoints, "warning")
            );
        }
        return figures;
    }

    relative(text) {
        return deserializeDateTime(text).toRelative();
    }

    exact(text) {
        return deserializeDateTime(text).toLocaleString(luxon.DateTime.DATETIME_MED);
    }
}
