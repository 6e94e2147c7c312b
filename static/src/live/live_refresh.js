// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// How does a screen stay true while somebody looks at it?

import { onMounted, onWillUnmount } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { ConnectionLostError } from "@web/core/network/rpc";

export const REFRESH_MS = 3000;

/**
 * Call a function every few seconds while the component is there and the page is seen.
 *
 * One call ends before the next begins. After an error it stops: what the server
 * refuses once it refuses again; a connection that is lost may come back.
 *
 * @param {() => Promise<void>} refresh
 * @param {() => boolean} [isNeeded] asked each time; false skips the turn
 */
export function useLiveRefresh(refresh, isNeeded = () => true) {
    let timer;
    let isOver = false;

    async function takeTurn() {
        if (document.visibilityState === "visible" && isNeeded()) {
            try {
                await refresh();
            } catch (error) {
                if (!(error instanceof ConnectionLostError)) {
                    return;
                }
            }
        }
        wait();
    }

    function wait() {
        if (!isOver) {
            timer = browser.setTimeout(takeTurn, REFRESH_MS);
        }
    }

    onMounted(wait);
    onWillUnmount(() => {
        isOver = true;
        browser.clearTimeout(timer);
    });
}
