// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// A list that reloads itself: selection, focus and scrolling stay as they are.

import { registry } from "@web/core/registry";
import { RelationalModel } from "@web/model/relational_model/relational_model";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

import { useLiveRefresh } from "./live_refresh";

/** Keeps the rows of records that are still there: their elements stay, too. */
export class LiveRecordList extends RelationalModel.DynamicRecordList {
    _setData(data) {
        this._known = new Map((this.records || []).map((row) => [row.resId, row]));
        super._setData(data);
        this._known = null;
    }

    _createRecordDatapoint(data, mode) {
        const known = data.id && this._known?.get(data.id);
        if (!known) {
            return super._createRecordDatapoint(data, mode);
        }
        known._setData(data);
        return known;
    }
}

export class LiveModel extends RelationalModel {
    static DynamicRecordList = LiveRecordList;

    /** Reload what is shown, without a sign that something is going on. */
    async refresh() {
        const orm = this.orm;
        this.orm = orm.silent;
        try {
            await this.root.load();
        } finally {
            this.orm = orm;
        }
    }
}

export class LiveListController extends ListController {
    setup() {
        super.setup();
        useLiveRefresh(
            () => this.model.refresh(),
            () => this.isRefreshable
        );
    }

    /** Whether nobody is in the middle of something that a reload would undo. */
    get isRefreshable() {
        const { root, isReady, useSampleModel } = this.model;
        const isBusy = root.editedRecord || (root.isGrouped && root.selection.length);
        return isReady && !useSampleModel && !isBusy;
    }
}

export const liveListView = {
    ...listView,
    Controller: LiveListController,
    Model: LiveModel,
};

registry.category("views").add("connector_live_list", liveListView);
