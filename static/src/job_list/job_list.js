// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// The list of jobs: live, with a banner, and with buttons for all that match a filter.

import { registry } from "@web/core/registry";

import { LiveListController, liveListView } from "../live/live_list";
import { QueueBanner } from "../live/queue_banner";

export class JobListController extends LiveListController {
    static template = "connector.JobListView";
    static components = { ...LiveListController.components, QueueBanner };

    /**
     * Let the server act on the filter itself when everything that matches is selected:
     * a hundred thousand ids need not travel, and none is left out.
     *
     * @override
     */
    async beforeExecuteActionButton(clickParams) {
        const { isDomainSelected, domain, resModel } = this.model.root;
        if (!isDomainSelected) {
            return super.beforeExecuteActionButton(clickParams);
        }
        if (clickParams.type === "action") {
            await this.actionService.doAction(Number(clickParams.name), {
                additionalContext: { selected_domain: domain },
                onClose: () => this.model.load(),
            });
        } else {
            const action = await this.orm.call(resModel, "act_on_all", [
                clickParams.name,
                domain,
            ]);
            await this.actionService.doAction(action);
            await this.model.load();
        }
        return false;
    }
}

registry.category("views").add("connector_job_list", {
    ...liveListView,
    Controller: JobListController,
});
