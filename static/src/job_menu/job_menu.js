// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// The user's own jobs in the systray, with how far they are.

import { Component, onMounted, onWillStart, onWillUnmount, useState } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { rpcBus } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useBus, useService } from "@web/core/utils/hooks";

const RUNNING_MS = 2000; // between two looks while a job runs
const WAITING_MS = 8000; // … while jobs only wait
const SOON_MS = 700; // after the user did something that may have made a job
const WRITERS = ["create", "write", "web_save", "web_save_multi", "act_on_all"];

/** Looks at the server only while jobs of the user wait or run. */
export class JobMenu extends Component {
    static template = "connector.JobMenu";
    static components = { Dropdown, DropdownItem };
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ jobs: [], hasMore: false });
        this.isAllowed = false;
        onWillStart(async () => {
            this.isAllowed = await user.hasGroup("connector.group_connector_user");
        });
        onMounted(() => this.look());
        onWillUnmount(() => {
            this.isOver = true;
            browser.clearTimeout(this.timer);
        });
        useBus(rpcBus, "RPC:RESPONSE", ({ detail }) => this.onResponse(detail));
    }

    get isShown() {
        return this.state.jobs.length > 0 || this.state.hasMore;
    }

    onResponse({ data, settings, error }) {
        const { method } = data.params || {};
        const mayMakeJobs = WRITERS.includes(method) || /^(action|button)_|^requeue/.test(method);
        if (!error && !settings.silent && mayMakeJobs) {
            this.lookIn(SOON_MS);
        }
    }

    lookIn(milliseconds) {
        browser.clearTimeout(this.timer);
        if (this.isAllowed && !this.isOver) {
            this.timer = browser.setTimeout(() => this.look(), milliseconds);
        }
    }

    async look() {
        if (!this.isAllowed) {
            return;
        }
        if (document.visibilityState === "visible") {
            try {
                const found = await this.orm.silent.call(
                    "connector.queue.job",
                    "find_own_running",
                    []
                );
                Object.assign(this.state, { jobs: found.jobs, hasMore: found.has_more });
            } catch {
                return; // until the user does something again
            }
        }
        if (this.isShown) {
            this.lookIn(this.state.jobs.length ? RUNNING_MS : WAITING_MS);
        }
    }

    openJob(job) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "connector.queue.job",
            res_id: job.id,
            views: [[false, "form"]],
        });
    }

    openAll() {
        this.action.doAction("connector.queue_own_job_action", { clearBreadcrumbs: true });
    }
}

registry.category("systray").add("connector.JobMenu", { Component: JobMenu }, { sequence: 22 });
