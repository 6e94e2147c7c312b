// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// How are the backends doing? A card for each, live.

import { Component, onWillStart, useState } from "@odoo/owl";

import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { useLiveRefresh } from "../live/live_refresh";
import { QueueBanner } from "../live/queue_banner";
import { OverviewCard } from "./overview_card";

const MODEL = "connector.overview";
// Of the graph only the last hour changes.
const GRAPH_MS = 60000;

export class Overview extends Component {
    static template = "connector.Overview";
    static components = { Layout, OverviewCard, QueueBanner };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.state = useState({
            data: null,
            hours: null,
            query: "",
            asked: "",
            hits: null,
        });
        this.graphReadAt = 0;
        onWillStart(() => this.read());
        useLiveRefresh(() => this.read());
    }

    async read() {
        const isGraphOld = Date.now() - this.graphReadAt > GRAPH_MS;
        await Promise.all([this.readCards(), isGraphOld && this.readHours()]);
    }

    async readCards() {
        this.state.data = await this.orm.silent.call(MODEL, "read_cards", []);
    }

    async readHours() {
        this.graphReadAt = Date.now();
        this.state.hours = await this.orm.silent.call(MODEL, "read_hours", []);
    }

    get workersText() {
        const count = this.state.data.workers;
        return count === 1 ? _t("1 worker alive") : _t("%s workers alive", count);
    }

    hoursOf(card) {
        const { hours } = this.state;
        const counts = hours && hours.counts[card.reference];
        return counts ? { ...counts, starts: hours.starts, limit: hours.limit } : null;
    }

    get othersCard() {
        return {
            reference: "",
            name: _t("Other jobs"),
            kind: _t("Jobs without a backend"),
            channels: [],
            ...this.state.data.others,
        };
    }

    // === ACTIONS === //

    open(card, what) {
        const { reference } = card;
        const ofCard = ["backend_id", "=", reference || false];
        const action =
            what === "checkpoints"
                ? "connector.action_connector_checkpoint"
                : "connector.action_queue_job";
        const filters = {
            backlog: [["state", "in", ["waiting", "pending"]]],
            running: [["state", "=", "enqueued"]],
            failed: [["state", "=", "failed"]],
            done: [
                ["state", "=", "done"],
                ["done_by_id", "=", false],
                ["date_done", ">=", this.state.data.midnight],
            ],
            by_hand: [
                ["done_by_id", "!=", false],
                ["date_done", ">=", this.state.data.midnight],
            ],
            checkpoints: [["state", "=", "need_review"]],
        };
        this.openList(action, [ofCard, ...filters[what]]);
    }

    // The lists come with filters of their own; here the figures say which rows.
    async openList(xmlId, domain) {
        const action = await this.action.loadAction(xmlId);
        this.action.doAction({...action, domain, context: {}});
    }

    openBackend(card) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: card.model,
            res_id: card.id,
            views: [[false, "form"]],
        });
    }

    async search() {
        const asked = this.state.query.trim();
        const hits = asked && (await this.orm.call(MODEL, "find_external_id", [asked]));
        Object.assign(this.state, { asked, hits: hits || null });
    }

    openHit({ model, id }) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    openWorkers() {
        this.action.doAction("connector.queue_worker_action");
    }

    async checkConnection(card) {
        const action = await this.orm.call(MODEL, "check_connection", [card.reference]);
        delete action.params.next;
        this.action.doAction(action);
        await this.readCards();
    }

    async setPaused(card, isPaused) {
        await this.orm.call(MODEL, "set_paused", [card.reference, isPaused]);
        await this.readCards();
    }

    // Who shares a channel is told before it stands still for all of them.
    pause(card) {
        const others = new Set(card.channels.flatMap((channel) => channel.others));
        if (!others.size) {
            return this.setPaused(card, true);
        }
        this.dialog.add(ConfirmationDialog, {
            title: _t("Pause a shared channel?"),
            body: _t(
                "The jobs of %(others)s use the same channel and will be paused as well. To pause this backend alone, give it its own channel in Queue > Channels.",
                { others: [...others].join(", ") }
            ),
            confirmLabel: _t("Pause"),
            confirm: () => this.setPaused(card, true),
            cancel: () => {},
        });
    }

    resume(card) {
        return this.setPaused(card, false);
    }
}

registry.category("actions").add("connector.overview", Overview);
