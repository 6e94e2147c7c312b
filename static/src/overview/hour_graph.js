// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// How many jobs were done, failed or set to done by people, in each hour of a day?

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

    // Failures are drawn on top, and never too small to be seen; below them what
    // people set to done.
    get bars() {
        const { done, failed, by_hand: byHand, starts, limit } = this.props.hours;
        const sums = done.map((count, i) => count + failed[i] + byHand[i]);
        const most = Math.max(1, ...sums);
        const size = (count) => count && Math.max(2, (count / most) * (HEIGHT - 4));
        return starts.map((start, i) => {
            const failedSize = size(failed[i]);
            const byHandSize = Math.min(size(byHand[i]), HEIGHT - failedSize);
            const rest = HEIGHT - failedSize - byHandSize;
            const doneSize = Math.min(size(done[i]), rest);
            const y = HEIGHT - doneSize - byHandSize;
            return {
                x: i * 10,
                done: { y: HEIGHT - doneSize, height: doneSize },
                byHand: { y, height: byHandSize },
                failed: { y: y - failedSize, height: failedSize },
                title: `${deserializeDateTime(start).toFormat("HH:mm")}: ${this.countsText(
                    formatCount(done[i], limit),
                    formatCount(failed[i], limit),
                    byHand[i] && formatCount(byHand[i], limit)
                )}`,
            };
        });
    }

    countsText(done, failed, byHand) {
        return byHand
            ? _t("%(done)s done, %(failed)s failed, %(by_hand)s set to done", {
                  done,
                  failed,
                  by_hand: byHand,
              })
            : _t("%(done)s done, %(failed)s failed", { done, failed });
    }

    get width() {
        return this.props.hours.starts.length * 10;
    }

    get label() {
        const { done, failed, by_hand: byHand, limit } = this.props.hours;
        const sum = (counts) => counts.reduce((total, count) => total + count, 0);
        const isCut = [...done, ...failed, ...byHand].some((count) => count >= limit);
        const format = (counts) => formatCount(sum(counts), isCut ? 0 : Infinity);
        const counts = this.countsText(
            format(done),
            format(failed),
            sum(byHand) && format(byHand)
        );
        return _t("Last 24 hours: %(counts)s", { counts });
    }
}
