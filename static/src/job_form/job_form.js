// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// The form of a job: it reloads itself until the job has ended.

import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

import { LiveModel } from "../live/live_list";
import { useLiveRefresh } from "../live/live_refresh";

const LIVE_STATES = ["waiting", "pending", "enqueued"];

export class JobFormController extends FormController {
    setup() {
        super.setup();
        useLiveRefresh(
            () => this.model.refresh(),
            () => this.model.isReady && LIVE_STATES.includes(this.model.root.data.state)
        );
    }
}

registry.category("views").add("connector_job_form", {
    ...formView,
    Controller: JobFormController,
    Model: LiveModel,
});
