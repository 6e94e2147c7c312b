// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// Says that jobs wait which should run, and what to do about it.

import { Component, onWillStart, useState } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";

import { useLiveRefresh } from "./live_refresh";

export class QueueBanner extends Component {
    static template = "connector.QueueBanner";
    static props = {};

    setup() {
        this.orm = useService("orm");
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
}
