// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// How is a number written that was counted to a limit only?

export function formatCount(count, limit) {
    const text = count.toLocaleString();
    return count >= limit ? `${text}+` : text;
}
