
// The tiles near the screen, made of the few elements that scroll through the gallery with it.
const TILE = document.createElement('template');
TILE.innerHTML = `<li class="tile"><a class="open" tabindex="-1" aria-describedby="px-how"><img alt="" decoding="async"><span class="none" hidden>${ICONS.none}<span></span></span></a>
  <label class="tick"><input type="checkbox" tabindex="-1"><span>${ICONS.tick}</span></label>
  <button type="button" class="look" tabindex="-1">${ICONS.look}</button>
  <div class="caption" aria-hidden="true"><b></b><i></i><i></i></div></li>`;
const FAST = 2.2; // screens a second: faster than that nobody sees a picture, and loading it would only be in the way

function makeTile(state) {
  const tile = TILE.content.firstElementChild.cloneNode(true);
  const [link, tick, look, caption] = tile.children;
  Object.assign(tile, { link, image: link.firstElementChild, none: link.lastElementChild, box: tick.firstElementChild, look, caption });
  tile.image.onload = () => tile.image.classList.add('in');
  tile.image.onerror = () => {
    if (tile.image.getAttribute('src') && !renew(state, tile.dataset.id)) noPicture(tile, `${tile.item?.name} (no preview)`);
  };
  return tile;
}

function noPicture(tile, words) {
  tile.none.hidden = false;
  tile.image.hidden = true;
  tile.none.lastElementChild.textContent = words;
}

function fillTile(state, tile, item, at) {
  tile.setAttribute('aria-posinset', at + 1);
  tile.setAttribute('aria-setsize', state.total);
  if (tile.item === item && tile.base === state.data.href) return;
  tile.item = item;
  tile.base = state.data.href;
  tile.link.href = state.data.href + encodeURIComponent(tile.dataset.id);
  tile.link.setAttribute('aria-label', item ? [item.name, item.labels.slice(0, 3).join(', '), item.why].filter(Boolean).join('. ') : 'Loading');
  tile.box.setAttribute('aria-label', `Select ${item?.name ?? 'picture'}`);
  tile.look.setAttribute('aria-label', `Quick view of ${item?.name ?? 'picture'}`);
  const [name, labels, why] = tile.caption.children;
  name.textContent = item?.name ?? '';
  labels.textContent = item?.labels.slice(0, 3).join(', ') ?? '';
  why.textContent = item?.why ?? '';
}

function showPicture(tile) {
  const src = tile.item?.src ?? null;
  if (tile.shown === src && (src || !tile.item)) return;
  tile.shown = src;
  tile.image.classList.remove('in');
  if (!src) {
    tile.image.removeAttribute('src');
    if (tile.item) noPicture(tile, tile.item.name);
    return;
  }
  tile.none.hidden = true;
  tile.image.hidden = false;
  tile.image.src = src;
}

function place(tile, left, top, wide, high) {
  const where = `translate(${left.toFixed(1)}px, ${top.toFixed(1)}px)`;
  if (tile.where !== where) tile.style.transform = tile.where = where;
  const size = `${wide.toFixed(1)} ${high.toFixed(1)}`;
  if (tile.size === size) return;
  tile.size = size;
  tile.style.width = `${wide}px`;
  tile.style.height = `${high}px`;
}

function release(state, id, tile) {
  state.tiles.delete(id);
  tile.remove();
  tile.image.removeAttribute('src');
  tile.image.classList.remove('in');
  tile.image.hidden = false;
  tile.none.hidden = true;
  tile.item = tile.shown = undefined;
  if (state.pool.length < 80) state.pool.push(tile);
}

const focused = (state) => state.root.getRootNode().activeElement?.closest?.('.tile') ?? null;

// Show what is within a screen above and below. While scrolling fast, words only.
function render(state) {
  const { layout, feed, list } = state, view = window.innerHeight, top = -list.getBoundingClientRect().top;
  if (!layout.width) return;
  const now = performance.now(), speed = Math.abs(top - state.top) / view / Math.max(0.016, (now - state.at) / 1000);
  const fast = state.top !== null && now - state.at < 300 && speed > FAST;
  state.top = top; state.at = now;
  clearTimeout(state.later);
  if (fast) state.later = setTimeout(() => render(state), 110);
  const rows = layout.rows, first = rowAt(layout, top - view), stays = focused(state)?.dataset.id;
  const wanted = [];
  let last = first;
  for (; last < rows.length && rows[last].top < top + 2 * view; last++) {
    for (const each of placesIn(layout, feed.ratios, rows[last])) wanted.push([...each, rows[last].top, rows[last].height]);
  }
  const held = stays !== undefined ? feed.at.get(stays) : undefined;
  if (held !== undefined && rows.length && !wanted.some(([at]) => at === held)) {
    // The focus stays where it is, also out of sight: keys go on from there.
    const row = rows[rowOf(layout, held)], its = placesIn(layout, feed.ratios, row).find(([at]) => at === held);
    if (its) wanted[held < (wanted[0]?.[0] ?? Infinity) ? 'unshift' : 'push']([...its, row.top, row.height]);
  }
  const ids = new Set(wanted.map(([at]) => feed.ids[at]));
  for (const [id, tile] of state.tiles) if (!ids.has(id)) release(state, id, tile);
  let before = null;
  const missing = new Set();
  for (const [at, left, wide, y, high] of wanted) {
    const id = feed.ids[at];
    let tile = state.tiles.get(id);
    if (!tile) {
      tile = state.pool.pop() ?? makeTile(state);
      tile.dataset.id = id;
      state.tiles.set(id, tile);
    }
    const item = feed.tiles.get(id);
    if (!item) missing.add(feed.page[at]);
    fillTile(state, tile, item, at);
    place(tile, left, y, wide, high);
    if (!fast) showPicture(tile);
    markTile(state, tile, id);
    const spot = before ? before.nextSibling : list.firstChild;
    if (spot !== tile) list.insertBefore(tile, spot);
    before = tile;
  }
  if (!fast) for (const page of missing) recall(state, page);
  rove(state, held ?? state.current, false);
  if (wanted.length) letGo(state, wanted[0][0], wanted.at(-1)[0]);
  if (layout.height - top < 5 * view) loadNext(state);
}

// Lay out anew: all of it (another width, size or order), or only what came behind.
function relay(state, whole) {
  const { layout, feed, list } = state;
  if (whole) layout.rows = [];
  layRows(layout, feed.ratios, !feed.next || Boolean(feed.failed));
  list.style.height = `${Math.max(0, layout.height - layout.gap)}px`;
  showFoot(state);
  paintSelection(state);
  render(state);
}

// Lay out anew around the picture that is at the top of the screen, which stays there.
function relayAround(state) {
  const { layout, list } = state, top = -list.getBoundingClientRect().top;
  const row = top > 0 ? layout.rows[rowAt(layout, top)] : null, at = row?.first;
  relay(state, true);
  if (!row) return;
  const now = layout.rows[rowOf(layout, at)];
  if (now) { scrollerOf(state.root).scrollTop += now.top - row.top; render(state); }
}
