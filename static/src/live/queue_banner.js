// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// Says that jobs wait which should run, and what to do about it.

import { Component, onWillStart, useState } from "@odoo/owl";

import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

import { useLiveRefresh } from "./live_refresh";

export class QueueBanner extends Component {
    static template = "connector.QueueBanner";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.state = useState({ warnings: [] });
        onWillStart(() => this.load());
        useLiveRefresh(() => this.load());
    }

    async load() {
        this.state.warnings = await this.orm.silent.call(
            "connector.queue.job",
            "find_warnings",
            []
        );
    }

    // What the jobs of a copy do elsewhere cannot be undone.
    askToBegin() {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Start the jobs of this database?"),
            body: _t(
                "If this database is a copy and its original is still in use, both will run the same jobs, and other systems will be called twice."
            ),
            confirmLabel: _t("Start now"),
            confirm: () => this.begin(),
            cancel: () => {},
        });
    }

    async begin() {
        await this.orm.call("connector.overview", "begin_jobs", []);
        await this.load();
    }
}
