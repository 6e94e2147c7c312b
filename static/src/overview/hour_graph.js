// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// How many jobs were done, and how many failed, in each hour of the last day?

import { Component } from "@odoo/owl";

import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

import { formatCount } from "./format_count";

const HEIGHT = 40;

export class HourGraph extends Component {
    static template = "connector.HourGraph";
    static props = { hours: Object };

    setup() {
        this.height = HEIGHT;
    }

    // Failures are drawn on top, and never too small to be seen.
    get bars() {
        const { done, failed, starts, limit } = this.props.hours;
        const most = Math.max(1, ...done.map((count, i) => count + failed[i]));
        const size = (count) => count && Math.max(2, (count / most) * (HEIGHT - 2));
        return starts.map((start, i) => {
            const failedSize = size(failed[i]);
            const doneSize = Math.min(size(done[i]), HEIGHT - failedSize);
            return {
                x: i * 10,
                done: { y: HEIGHT - doneSize, height: doneSize },
                failed: { y: HEIGHT - doneSize - failedSize, height: failedSize },
                title: _t("%(hour)s: %(done)s done, %(failed)s failed", {
                    hour: deserializeDateTime(start).toFormat("HH:mm"),
                    done: formatCount(done[i], limit),
                    failed: formatCount(failed[i], limit),
                }),
            };
        });
    }

    get width() {
        return this.props.hours.starts.length * 10;
    }

    get label() {
        const { done, failed, limit } = this.props.hours;
        const sum = (counts) => counts.reduce((total, count) => total + count, 0);
        const isCut = [...done, ...failed].some((count) => count >= limit);
        return _t("Last 24 hours: %(done)s done, %(failed)s failed", {
            done: formatCount(sum(done), isCut ? 0 : Infinity),
            failed: formatCount(sum(failed), isCut ? 0 : Infinity),
        });
    }
}
