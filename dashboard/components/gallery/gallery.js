
// A gallery of justified rows. State lives with the mounted root, so that a rerun only adds or removes what changed.
const galleries = new WeakMap();
const TICK = '<svg viewBox="0 0 16 16" fill="none" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M3 8.5 6.5 12 13 4.5"/></svg>';
const NO_PICTURE = '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true"><rect x="3" y="4" width="18" height="16" rx="2"/><path d="m4 18 5-5 3 3m2-2 2-2 5 5M4 4l16 16"/></svg>';

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function placeholder(tile, words) {
  const link = tile.querySelector('.open');
  link.querySelector('img')?.remove();
  if (link.querySelector('.none')) return;
  const none = element('div', 'none');
  none.innerHTML = NO_PICTURE;
  none.append(element('span', '', words));
  link.append(none);
}

const TILE = document.createElement('template');
TILE.innerHTML = `<li class="tile"><a class="open" tabindex="-1" aria-describedby="px-how"></a>
  <label class="tick"><input type="checkbox" tabindex="-1"><span>${TICK}</span></label>
  <div class="caption" aria-hidden="true"><b></b><i></i></div></li>`;

function makeTile(item, state) {
  const tile = TILE.content.firstElementChild.cloneNode(true);
  tile.dataset.id = item.id;
  // Very wide and very tall pictures are cropped: a panorama must not eat a row, nor a tower a screen.
  tile.style.setProperty('--r', Math.min(2.6, Math.max(0.56, item.ratio || 1)).toFixed(3));
  fillTile(tile, item, state);
  return tile;
}

function fillTile(tile, item, state) {
  const link = tile.querySelector('.open');
  link.href = state.href + encodeURIComponent(item.id);
  link.setAttribute('aria-label', [item.name, item.labels, item.why].filter(Boolean).join('. '));
  tile.querySelector('input').setAttribute('aria-label', `Select ${item.name}`);
  tile.querySelector('.caption b').textContent = item.name;
  tile.querySelector('.caption i').textContent = [item.labels, item.why].filter(Boolean).join(' · ');
  if (!item.src) { placeholder(tile, item.name); return; }
  let image = link.querySelector('img');
  if (image && image.getAttribute('src') === item.src) return;
  if (!image) {
    link.querySelector('.none')?.remove();
    image = element('img');
    image.alt = '';
    image.decoding = 'async';
    image.loading = 'lazy';
    if (item.width && item.height) { image.width = item.width; image.height = item.height; }
    image.onload = () => image.classList.add('in');
    image.onerror = () => placeholder(tile, `${item.name} (no preview)`);
    link.append(image);
  }
  image.src = item.src;
}

function paintSelection(state) {
  const chosen = state.selected;
  for (const tile of state.tiles.values()) {
    const on = chosen.has(tile.dataset.id);
    if (tile.classList.contains('on') !== on) {
      tile.classList.toggle('on', on);
      tile.querySelector('input').checked = on;
    }
  }
  state.root.classList.toggle('selecting', chosen.size > 0);
  state.bar.hidden = chosen.size === 0 || !state.actions.length;
  state.bar.querySelector('.count').textContent = `${chosen.size} selected`;
}

function choose(state, id, wanted, range) {
  const from = state.order.indexOf(state.anchor), to = state.order.indexOf(id);
  const touched = range && from >= 0 ? state.order.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
  for (const each of touched) wanted ? state.selected.add(each) : state.selected.delete(each);
  if (!range) state.anchor = id;
  paintSelection(state);
}

function rove(state, id, focus) {
  const before = state.tiles.get(state.current)?.querySelector('.open');
  if (before) before.tabIndex = -1;
  state.current = id;
  const link = state.tiles.get(id)?.querySelector('.open');
  if (!link) return;
  link.tabIndex = 0;
  if (focus) { link.focus({ preventScroll: true }); link.scrollIntoView({ block: 'nearest' }); }
}

function neighbour(state, id, key) {
  const at = state.order.indexOf(id);
  if (key === 'ArrowRight') return state.order[at + 1];
  if (key === 'ArrowLeft') return state.order[at - 1];
  if (key === 'Home') return state.order[0];
  if (key === 'End') return state.order.at(-1);
  // Up and down: the tile of the next row whose middle is nearest.
  const down = key === 'ArrowDown', here = state.tiles.get(id).getBoundingClientRect(), middle = here.left + here.width / 2;
  let row = null, best, distance = Infinity;
  for (let i = at + (down ? 1 : -1); i >= 0 && i < state.order.length; i += down ? 1 : -1) {
    const there = state.tiles.get(state.order[i]).getBoundingClientRect();
    if (Math.abs(there.top - here.top) < 4) continue;
    if (row === null) row = there.top;
    if (Math.abs(there.top - row) > 4) break;
    const far = Math.abs(there.left + there.width / 2 - middle);
    if (far < distance) { distance = far; best = state.order[i]; }
  }
  return best;
}

function onKey(state, event) {
  const id = event.target.closest?.('.tile')?.dataset.id;
  if (event.key === 'Escape' && state.selected.size) { state.selected.clear(); paintSelection(state); return; }
  if (!id || event.target.closest('button')) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') {
    event.preventDefault();
    state.order.forEach((each) => state.selected.add(each));
    paintSelection(state);
  } else if (event.key === ' ') {
    event.preventDefault();
    choose(state, id, event.shiftKey || !state.selected.has(id), event.shiftKey);
  } else if (/^(Arrow|Home$|End$)/.test(event.key)) {
    const next = neighbour(state, id, event.key);
    event.preventDefault();
    if (!next) return;
    if (event.shiftKey) { if (!state.selected.size) choose(state, id, true); choose(state, next, true, true); }
    rove(state, next, true);
  }
}

function askForMore(state, byHand) {
  if (!state.more || state.button.disabled || (!byHand && (!state.auto || state.asked === state.order.length))) return;
  state.asked = state.order.length;
  state.button.disabled = true;
  state.button.textContent = 'Loading…';
  state.send('more', state.order.length);
}

function mount(root) {
  const state = {
    root, list: root.querySelector('.rows'), bar: root.querySelector('.bar'), button: root.querySelector('.more'),
    end: root.querySelector('.end'), tiles: new Map(), order: [], selected: new Set(), anchor: null, current: null,
    actions: [], asked: -1, epoch: null, cleared: 0, href: '',
  };
  root.addEventListener('keydown', (event) => onKey(state, event));
  state.list.addEventListener('click', (event) => {
    const tile = event.target.closest('.tile');
    if (!tile) return;
    const id = tile.dataset.id;
    if (event.target.closest('.tick')) {
      if (event.target.tagName !== 'INPUT') return;
      choose(state, id, event.shiftKey ? true : event.target.checked, event.shiftKey);
      rove(state, id, false);
      return;
    }
    if (!event.target.closest('.open') || event.ctrlKey || event.metaKey || event.button) return;
    event.preventDefault();
    rove(state, id, false);
    if (event.shiftKey && state.anchor) choose(state, id, true, true);
    else state.send('open', id);
  });
  state.list.addEventListener('focusin', (event) => {
    const id = event.target.closest('.tile')?.dataset.id;
    if (id && id !== state.current) rove(state, id, false);
  });
  state.button.addEventListener('click', () => askForMore(state, true));
  root.querySelector('.clear').addEventListener('click', () => { state.selected.clear(); paintSelection(state); });
  root.querySelector('.all').addEventListener('click', () => { state.order.forEach((id) => state.selected.add(id)); paintSelection(state); });
  state.watch = new IntersectionObserver((seen) => seen.some((s) => s.isIntersecting) && askForMore(state), { rootMargin: '900px' });
  state.watch.observe(root.querySelector('.foot'));
  return state;
}

function update(state, data) {
  const { root } = state;
  root.dataset.size = data.size;
  state.href = data.href;
  state.more = data.more;
  state.auto = data.auto;
  if (state.epoch !== data.epoch) {
    // Another query: what was chosen in the former one may not even be in this one.
    state.epoch = data.epoch;
    state.selected.clear();
    state.asked = -1;
  }
  if (state.cleared !== data.cleared) { state.cleared = data.cleared; state.selected.clear(); }
  const wanted = new Set(data.items.map((item) => item.id));
  for (const [id, tile] of state.tiles) if (!wanted.has(id)) { tile.remove(); state.tiles.delete(id); state.selected.delete(id); }
  let before = null;
  for (const item of data.items) {
    let tile = state.tiles.get(item.id);
    if (tile) fillTile(tile, item, state);
    else { tile = makeTile(item, state); state.tiles.set(item.id, tile); }
    const place = before ? before.nextSibling : state.list.firstChild;
    if (place !== tile) state.list.insertBefore(tile, place);
    tile.classList.toggle('now', item.id === data.opened);
    before = tile;
  }
  state.order = data.items.map((item) => item.id);
  if (!state.tiles.has(state.current)) rove(state, state.order[0], false);
  const names = JSON.stringify(data.actions);
  if (state.actionNames !== names) {
    state.actionNames = names;
    state.actions = data.actions;
    state.bar.querySelector('.actions').replaceChildren(...data.actions.map((action) => {
      const button = element('button', action.danger ? 'danger' : '', action.label);
      button.type = 'button';
      button.addEventListener('click', () => state.send('act', { action: action.name, ids: [...state.selected] }));
      return button;
    }));
  }
  state.button.hidden = !data.more;
  state.button.disabled = false;
  state.button.textContent = data.more_label || 'Load more';
  state.end.hidden = data.more || state.order.length < 12;
  state.end.textContent = `All ${data.items.length.toLocaleString('en')} shown`;
  paintSelection(state);
  // The foot may still be in sight after a short page: then no new intersection is reported.
  state.watch.unobserve(root.querySelector('.foot'));
  state.watch.observe(root.querySelector('.foot'));
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector('.px-gallery');
  let state = galleries.get(root);
  if (!state) { state = mount(root); galleries.set(root, state); }
  state.send = setTriggerValue;
  update(state, data);
  return () => state.watch.disconnect();
}
