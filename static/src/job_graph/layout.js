// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// Where does each job of a graph stand? Columns follow each other like the jobs do.

export const NODE = { width: 190, height: 42 };
const GAP = { x: 70, y: 12 };
const SWEEPS = 4; // of ordering the columns by their neighbours

/**
 * Return places in pixels.
 *
 * A job stands one column behind the last of those it waits for; in its column it
 * stands near them, so that few lines cross.
 *
 * @param {{id: number}[]} nodes
 * @param {{parent: number, child: number}[]} edges without circles
 * @returns {{places: Map<number, {x: number, y: number}>, width: number, height: number}}
 */
export function layOut(nodes, edges) {
    const columns = orderColumns(makeColumns(nodes, edges), edges);
    const longest = Math.max(1, ...columns.map((column) => column.length));
    const step = { x: NODE.width + GAP.x, y: NODE.height + GAP.y };
    const places = new Map();
    columns.forEach((column, columnIndex) => {
        const top = ((longest - column.length) * step.y) / 2;
        column.forEach((id, index) => {
            places.set(id, { x: columnIndex * step.x, y: top + index * step.y });
        });
    });
    return {
        places,
        width: Math.max(1, columns.length) * step.x - GAP.x,
        height: longest * step.y - GAP.y,
    };
}

function makeColumns(nodes, edges) {
    const children = neighbours(edges, "parent", "child");
    const openCounts = new Map(nodes.map((node) => [node.id, 0]));
    for (const { child } of edges) {
        openCounts.set(child, openCounts.get(child) + 1);
    }
    const depths = new Map();
    let ready = nodes.map((node) => node.id).filter((id) => !openCounts.get(id));
    for (let depth = 0; ready.length; depth++) {
        const next = [];
        for (const id of ready) {
            depths.set(id, depth);
            for (const child of children.get(id) || []) {
                openCounts.set(child, openCounts.get(child) - 1);
                if (!openCounts.get(child)) {
                    next.push(child);
                }
            }
        }
        ready = next;
    }
    const columns = [];
    for (const [id, depth] of depths) {
        (columns[depth] ||= []).push(id);
    }
    return columns;
}

function orderColumns(columns, edges) {
    const parents = neighbours(edges, "child", "parent");
    const children = neighbours(edges, "parent", "child");
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
        const isForward = sweep % 2 === 0;
        const indexes = columns.map((_column, index) => index);
        for (const index of isForward ? indexes : indexes.reverse()) {
            const beside = columns[isForward ? index - 1 : index + 1];
            if (beside) {
                const known = isForward ? parents : children;
                columns[index] = sortByNeighbours(columns[index], beside, known);
            }
        }
    }
    return columns;
}

/** Order a column by the mean place of each one's neighbours in the column beside it. */
function sortByNeighbours(column, beside, known) {
    const places = new Map(beside.map((id, index) => [id, index]));
    const means = new Map(
        column.map((id, index) => {
            const near = (known.get(id) || []).filter((other) => places.has(other));
            const sum = near.reduce((total, other) => total + places.get(other), 0);
            return [id, near.length ? sum / near.length : index];
        })
    );
    return [...column].sort((a, b) => means.get(a) - means.get(b));
}

function neighbours(edges, from, to) {
    const known = new Map();
    for (const edge of edges) {
        if (!known.has(edge[from])) {
            known.set(edge[from], []);
        }
        known.get(edge[from]).push(edge[to]);
    }
    return known;
}
