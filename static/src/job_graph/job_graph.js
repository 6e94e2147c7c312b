// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// Draws which jobs wait for which others, around the job of a form.

import { Component, onMounted, onWillStart, onWillUpdateProps, useRef, useState } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { useLiveRefresh } from "../live/live_refresh";
import { layOut, NODE } from "./layout";

const LIVE_STATES = ["waiting", "pending", "enqueued", "started"];

export class JobGraph extends Component {
    static template = "connector.JobGraph";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.frame = useRef("frame");
        this.node = NODE;
        this.state = useState({ nodes: [], lines: [], width: 0, height: 0, isCut: false });
        onWillStart(() => this.load(this.props.record.resId));
        onWillUpdateProps((props) => {
            if (props.record.resId !== this.jobId) {
                return this.load(props.record.resId);
            }
        });
        onMounted(() => this.showOwn());
        useLiveRefresh(
            () => this.load(this.jobId),
            () => this.state.nodes.some((node) => LIVE_STATES.includes(node.state))
        );
    }

    async load(jobId) {
        this.jobId = jobId;
        if (!jobId) {
            return;
        }
        const { nodes, edges, is_cut } = await this.orm.silent.call(
            this.props.record.resModel,
            "find_graph",
            [jobId]
        );
        const { places, width, height } = layOut(nodes, edges);
        Object.assign(this.state, { width, height, isCut: is_cut });
        this.state.nodes = nodes.map((node) => ({
            ...node,
            ...places.get(node.id),
            label: this.stateLabel(node.state),
        }));
        this.state.lines = edges.map((edge) => ({
            key: `${edge.parent}-${edge.child}-${edge.condition}`,
            className: `o_connector_edge_${edge.condition}`,
            isMet: edge.state === "met",
            path: curve(places.get(edge.parent), places.get(edge.child)),
        }));
    }

    stateLabel(state) {
        const selection = this.props.record.fields.shown_state.selection;
        return selection.find(([value]) => value === state)?.[1] || state;
    }

    /** Scroll to the job of the form. */
    showOwn() {
        const own = this.frame.el?.querySelector(".o_connector_node_own");
        if (own) {
            this.frame.el.scrollTop = own.offsetTop - this.frame.el.clientHeight / 2;
            this.frame.el.scrollLeft = own.offsetLeft - this.frame.el.clientWidth / 2;
        }
    }

    open(node) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: this.props.record.resModel,
            res_id: node.id,
            views: [[false, "form"]],
        });
    }
}

function curve(from, to) {
    const start = [from.x + NODE.width, from.y + NODE.height / 2];
    const end = [to.x, to.y + NODE.height / 2];
    const bend = Math.max(30, (end[0] - start[0]) / 2);
    const [x1, x2] = [start[0] + bend, end[0] - bend];
    return `M${start} C${x1},${start[1]} ${x2},${end[1]} ${end}`;
}

registry.category("view_widgets").add("connector_job_graph", { component: JobGraph });
