
// Where every tile lies, from the ratios alone: rows as wide as the gallery, as high as asked for or nearly so.
const MOST_HEIGHT = 24e6; // pixels; browsers place nothing reliably beyond some thirty millions

// Very wide and very tall pictures are cropped: a panorama must not eat a row, nor a tower a screen.
const ratioOf = (tile) => (tile.width && tile.height ? Math.min(2.6, Math.max(0.56, tile.width / tile.height)) : 1);

const newLayout = () => ({ width: 0, wanted: 190, gap: 8, rows: [], height: 0 });

function closeRow(layout, first, count, height, full) {
  layout.rows.push({ first, count, top: layout.height, height, full });
  layout.height += height + layout.gap;
}

// Lay out what is new since the last time (everything after `layout.rows` was emptied). A last row that is not full is
// left out while more is to come: it would only move.
function layRows(layout, ratios, complete) {
  const { width, wanted, gap, rows } = layout;
  if (rows.length && !rows.at(-1).full) rows.pop();
  layout.height = rows.length ? rows.at(-1).top + rows.at(-1).height + gap : 0;
  let first = rows.length ? rows.at(-1).first + rows.at(-1).count : 0, sum = 0;
  for (let at = first; at < ratios.length; at++) {
    const within = (width - gap * (at - first)) / (sum + ratios[at]);
    if (within > wanted) { sum += ratios[at]; continue; }
    const without = at > first ? (width - gap * (at - first - 1)) / sum : Infinity;
    if (without - wanted < wanted - within) {
      closeRow(layout, first, at - first, without, true);
      first = at;
      sum = ratios[at];
    } else {
      closeRow(layout, first, at - first + 1, within, true);
      first = at + 1;
      sum = 0;
    }
  }
  if (first < ratios.length && (complete || !rows.length)) closeRow(layout, first, ratios.length - first, wanted, false);
}

// The first row that ends below `y`.
function rowAt(layout, y) {
  let low = 0, high = layout.rows.length;
  while (low < high) {
    const middle = (low + high) >> 1, row = layout.rows[middle];
    if (row.top + row.height < y) low = middle + 1; else high = middle;
  }
  return low;
}

// The row of an item.
function rowOf(layout, at) {
  let low = 0, high = layout.rows.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (layout.rows[middle].first > at) high = middle - 1; else low = middle;
  }
  return low;
}

// The items of a row with their places: [item, left, width].
function placesIn(layout, ratios, row) {
  const places = [];
  let left = 0;
  for (let at = row.first; at < row.first + row.count; at++) {
    const wide = ratios[at] * row.height;
    places.push([at, left, wide]);
    left += wide + layout.gap;
  }
  return places;
}

// The item an arrow leads to; up and down: the one of the next row whose middle is nearest.
function neighbour(layout, ratios, at, key) {
  const last = layout.rows.length ? layout.rows.at(-1).first + layout.rows.at(-1).count - 1 : -1;
  if (key === 'ArrowRight') return Math.min(at + 1, last);
  if (key === 'ArrowLeft') return Math.max(at - 1, 0);
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  const here = rowOf(layout, at), there = layout.rows[here + (key === 'ArrowDown' ? 1 : -1)];
  if (!there) return at;
  const middle = ([, left, wide]) => left + wide / 2;
  const from = middle(placesIn(layout, ratios, layout.rows[here])[at - layout.rows[here].first]);
  const far = (place) => Math.abs(middle(place) - from);
  return placesIn(layout, ratios, there).reduce((best, place) => (far(place) < far(best) ? place : best))[0];
}
