// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// Stat buttons of a record, or of a backend, that lead to its bindings.

import { Component, useEffect, useState } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** Reads the counts in one request, whenever the form shows another record. */
export class BindingButtons extends Component {
    static template = "connector.BindingButtons";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ buttons: [] });
        this.keepLast = new KeepLast();
        useEffect(
            (model, id) => {
                this.load(model, id);
            },
            () => [this.props.record.resModel, this.props.record.resId]
        );
    }

    async load(model, id) {
        this.state.buttons = [];
        if (id) {
            const counting = this.orm.silent.call("connector.binding", "count_of_record", [
                model,
                id,
            ]);
            this.state.buttons = await this.keepLast.add(counting);
        }
    }

    open(button) {
        const { resId } = this.props.record;
        this.action.doAction({
            type: "ir.actions.act_window",
            name: button.label,
            res_model: button.model,
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: [[button.field, "=", resId]],
            context: { [`default_${button.field}`]: resId },
        });
    }
}

registry.category("view_widgets").add("connector_bindings", {
    component: BindingButtons,
    additionalClasses: ["d-flex"],
});
