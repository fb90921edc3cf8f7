// A board: asks for its pictures page by page, moves them, saves each move at once.
const boards = new WeakMap();
const PAGE = 120, AUTO = 1200;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

async function call(path, method = 'GET', body) {
  let answer;
  try {
    answer = await fetch(`/data/v1/collections/${path}`, { method, ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }) });
  } catch {
    throw new Error('Pixplore cannot be reached. Try again in a moment.');
  }
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  throw new Error(answer.status === 401 ? 'Your session is over. Reload the page and sign in.' : told.detail || 'That did not work. Try again in a moment.');
}

function say(state, words, bad = false) {
  state.hint.textContent = words;
  state.hint.classList.toggle('bad', bad);
  state.said.textContent = words;
}

function makeTile(state, item) {
  const tile = element('li', 'tile'), link = element('a', 'open'), name = item.title || item.name;
  tile.dataset.id = item.id;
  link.href = `/collections?collection=${encodeURIComponent(state.id)}&id=${encodeURIComponent(item.id)}`;
  link.tabIndex = -1;
  link.setAttribute('aria-label', name);
  link.title = name;
  if (item.thumbnail_url) link.append(Object.assign(element('img'), { src: item.thumbnail_url, alt: '', loading: 'lazy', decoding: 'async', draggable: false }));
  else link.append(element('span', '', name));
  link.setAttribute('aria-describedby', 'px-board-how');
  const tick = element('label', 'tick'), box = Object.assign(element('input'), { type: 'checkbox', tabIndex: -1 });
  box.setAttribute('aria-label', `Select ${name}`);
  tick.append(box);
  tile.append(link, tick);
  if (!state.mine) return tile;
  tile.draggable = true;
  const moves = element('div', 'moves');
  for (const [by, sign, words] of [[-1, '‹', 'earlier'], [1, '›', 'later']]) {
    const button = element('button', '', sign);
    Object.assign(button, { type: 'button', tabIndex: -1, title: `Move ${words}` });
    button.setAttribute('aria-label', `Move ${name} ${words}`);
    button.addEventListener('click', () => step(state, item.id, by));
    moves.append(button);
  }
  tile.append(moves);
  return tile;
}

function rove(state, id, focus) {
  state.tiles.get(state.current)?.querySelector('.open').setAttribute('tabindex', '-1');
  const link = state.tiles.get(id)?.querySelector('.open');
  state.current = id;
  if (!link) return;
  link.tabIndex = 0;
  if (focus) link.focus();
}

function paint(state) {
  for (const [id, tile] of state.tiles) {
    tile.classList.toggle('on', state.selected.has(id));
    tile.querySelector('input').checked = state.selected.has(id);
  }
  state.root.classList.toggle('selecting', state.selected.size > 0);
  state.bar.hidden = !state.selected.size;
  state.bar.querySelector('.compare').hidden = state.selected.size < 2 || state.selected.size > 4;
  state.bar.querySelector('.count').textContent = `${state.selected.size} selected`;
}

function place(state, order) {
  state.order = order;
  state.list.append(...order.map((id) => state.tiles.get(id)));
}

async function load(state) {
  if (state.loading) return;
  state.loading = true;
  const epoch = state.epoch;
  try {
    const more = state.cursor ? `&cursor=${encodeURIComponent(state.cursor)}` : '';
    const found = await call(`${state.id}/images?limit=${PAGE}${more}`);
    if (epoch !== state.epoch) return;
    if (!state.cursor) { state.tiles.clear(); state.known.clear(); state.order = []; state.list.replaceChildren(); }
    state.total = found.total ?? found.items.length;
    for (const item of found.items) {
      if (state.tiles.has(item.id)) continue;
      const tile = makeTile(state, item);
      state.tiles.set(item.id, tile);
      state.known.set(item.id, item);
      state.order.push(item.id);
      state.list.append(tile);
    }
    state.cursor = found.next_cursor;
    state.more.hidden = !state.cursor;
    if (!state.tiles.has(state.current)) rove(state, state.order[0], false);
    paint(state);
  } catch (problem) {
    say(state, problem.message, true);
    state.more.hidden = false;
  } finally {
    state.loading = false;
    if (epoch !== state.epoch) load(state);
    state.watch.unobserve(state.more);
    state.watch.observe(state.more);
  }
}

async function move(state, ids, before) {
  const former = state.order, next = moved(former, ids, before);
  if (next.every((id, at) => id === former[at])) return;
  place(state, next);
  // One after another: each move is meant for the order that the one before it has made.
  state.saving = (state.saving || Promise.resolve()).then(async () => {
    say(state, 'Saving the order…');
    try {
      await call(`${state.id}/order`, 'PUT', { image_ids: ids, before });
      say(state, 'Order saved.');
    } catch (problem) {
      state.cursor = null;
      await load(state);
      say(state, `The order was not saved. ${problem.message}`, true);
    }
  });
  await state.saving;
}

async function step(state, id, by) {
  const before = stepped(state.order, id, by);
  if (before === undefined || (before === null && state.cursor)) return;
  const saved = move(state, [id], before);
  rove(state, id, true);
  await saved;
}

// A viewer on the page opens it at once (components/boxes/boxes.js), and steps in this order; without one Python is told.
function open(state, id) {
  const tiles = () => state.order.map((each) => {
    const item = state.known.get(each);
    return { id: each, name: item.title || item.name, src: item.thumbnail_url, preview: item.preview_url, width: item.width, height: item.height };
  });
  const detail = { id, tiles, total: Math.max(state.total, state.order.length) };
  state.viewed = !document.dispatchEvent(new CustomEvent('px-open', { cancelable: true, detail }));
  if (!state.viewed) state.send('open', id);
}

// The viewer is closed: on from the picture that it showed last. What was trashed is here no longer.
function viewed(state, { id, gone }) {
  if (!state.viewed) return;
  state.viewed = false;
  for (const each of gone ?? []) {
    state.tiles.get(each)?.remove();
    for (const held of [state.tiles, state.known, state.selected]) held.delete(each);
  }
  state.order = state.order.filter((each) => state.tiles.has(each));
  paint(state);
  rove(state, state.tiles.has(id) ? id : state.order[0], true);
}

function chosen(state) {
  return state.order.filter((id) => state.selected.has(id));
}

function onKey(state, event) {
  const id = event.target.closest?.('.open')?.closest('.tile')?.dataset.id;
  if (event.key === 'Escape' && state.selected.size) { state.selected.clear(); paint(state); return; }
  if (!id) return;
  const columns = getComputedStyle(state.list).gridTemplateColumns.split(' ').length;
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
  if (by && event.altKey && state.mine) {
    event.preventDefault();
    const at = state.order.indexOf(id), room = Math.max(-at, Math.min(by, state.order.length - 1 - at));
    if (room) step(state, id, room);
  } else if (by) {
    const next = state.order[state.order.indexOf(id) + by];
    event.preventDefault();
    if (next) rove(state, next, true);
  } else if (event.key === ' ') {
    event.preventDefault();
    state.selected.has(id) ? state.selected.delete(id) : state.selected.add(id);
    paint(state);
  }
}

function dragging(state) {
  let ids = [], over = null, after = false;
  const clear = () => state.list.querySelectorAll('.before, .after, .dragged').forEach((tile) => tile.classList.remove('before', 'after', 'dragged'));
  state.list.addEventListener('dragstart', (event) => {
    const id = event.target.closest?.('.tile')?.dataset.id;
    if (!id || !state.mine) return;
    ids = state.selected.has(id) ? chosen(state) : [id];
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', id);
    for (const one of ids) state.tiles.get(one).classList.add('dragged');
  });
  state.list.addEventListener('dragover', (event) => {
    const tile = event.target.closest?.('.tile');
    if (!ids.length || !tile) return;
    event.preventDefault();
    const box = tile.getBoundingClientRect();
    after = event.clientX > box.left + box.width / 2;
    over = tile.dataset.id;
    state.list.querySelectorAll('.before, .after').forEach((one) => one.classList.remove('before', 'after'));
    tile.classList.add(after ? 'after' : 'before');
  });
  state.list.addEventListener('drop', (event) => {
    event.preventDefault();
    const order = state.order.filter((id) => !ids.includes(id));
    const at = order.indexOf(over);
    clear();
    if (at < 0) return;
    const before = after ? order[at + 1] ?? null : over;
    if (before === null && state.cursor) return; // what comes next is not loaded yet
    move(state, ids, before);
  });
  state.list.addEventListener('dragend', () => { clear(); ids = []; over = null; });
}

function mount(root) {
  const state = {
    root, list: root.querySelector('.tiles'), bar: root.querySelector('.bar'), more: root.querySelector('.more'), hint: root.querySelector('.hint'),
    said: root.querySelector('.said'), tiles: new Map(), known: new Map(), total: 0, viewed: false, left: new AbortController(), order: [], selected: new Set(), current: null, cursor: null, epoch: null, loading: false,
  };
  root.addEventListener('keydown', (event) => onKey(state, event));
  state.list.addEventListener('change', (event) => {
    const id = event.target.closest('.tile')?.dataset.id;
    if (!id) return;
    event.target.checked ? state.selected.add(id) : state.selected.delete(id);
    paint(state);
  });
  state.list.addEventListener('click', (event) => {
    const id = event.target.closest('.open')?.closest('.tile')?.dataset.id;
    if (!id || event.ctrlKey || event.metaKey || event.button) return;
    event.preventDefault();
    open(state, id);
  });
  dragging(state);
  const front = () => state.order.find((id) => !state.selected.has(id)) ?? null;
  root.querySelector('.front').onclick = () => move(state, chosen(state), front());
  root.querySelector('.end').onclick = async () => {
    await move(state, chosen(state), null);
    if (state.cursor) { state.cursor = null; load(state); }
  };
  for (const button of root.querySelectorAll('[data-act]')) button.onclick = () => state.send('act', { action: button.dataset.act, ids: chosen(state) });
  root.querySelector('.clear').onclick = () => { state.selected.clear(); paint(state); };
  state.more.onclick = () => load(state);
  const { signal } = state.left;
  document.addEventListener('px-more', () => { if (state.viewed && state.cursor) load(state); }, { signal });
  document.addEventListener('px-closed', (event) => viewed(state, event.detail), { signal });
  state.watch = new IntersectionObserver((seen) => {
    if (seen.some((one) => one.isIntersecting) && state.cursor && state.order.length < AUTO) load(state);
  }, { rootMargin: '700px' });
  return state;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector('.board');
  let state = boards.get(root);
  if (!state) { state = mount(root); boards.set(root, state); }
  state.send = setTriggerValue;
  state.mine = data.mine;
  root.classList.toggle('mine', data.mine);
  const epoch = `${data.id} ${data.epoch}`;
  if (state.epoch !== epoch) {
    Object.assign(state, { id: data.id, epoch, cursor: null });
    state.selected.clear();
    root.querySelector('#px-board-how').textContent = `Arrow keys go, ${data.mine ? 'Alt with arrow keys moves the picture, ' : ''}Space selects, Enter opens.`;
    if (!state.hint.textContent && data.mine) state.hint.textContent = 'Drag pictures to put them in order, or use the arrows on each.';
    load(state);
  }
  return () => { state.watch.disconnect(); state.left.abort(); };
}
