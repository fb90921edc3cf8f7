
// The gallery itself. Its state lives with the mounted root, so that a rerun only changes what is different.
const galleries = new WeakMap();
const LOWEST = 84, HIGHEST = 340; // height of a row in pixels at the ends of the slider
const HEADER = 64; // the navigation, which lies over what scrolls
const leftBehind = new Map(); // what a gallery showed when its page was left: the way back leads there

// Each step of the slider makes the rows higher by the same part; a small screen has smaller ones.
function setDensity(state, value) {
  const { layout } = state, small = window.innerWidth <= 640;
  layout.wanted = LOWEST * (HIGHEST / LOWEST) ** (value / 100) * (small ? 0.58 : 1);
  layout.gap = small ? 4 : layout.wanted < 130 ? 5 : 8;
  state.root.classList.toggle('dense', layout.wanted < 120);
}

const placeOfDensity = (owner) => `pixplore.density.${owner}`;

function rememberedDensity(owner) {
  try {
    const kept = Number(localStorage.getItem(placeOfDensity(owner)) ?? NaN);
    return kept >= 0 && kept <= 100 ? kept : 58;
  } catch { return 58; } // a browser that keeps nothing
}

function mountDensity(state, signal) {
  const { slider } = state;
  slider.addEventListener('input', () => {
    setDensity(state, Number(slider.value));
    sayDensity(state);
    cancelAnimationFrame(state.sliding);
    state.sliding = requestAnimationFrame(() => relayAround(state));
    try { localStorage.setItem(placeOfDensity(state.data.owner), slider.value); } catch { /* as above */ }
  }, { signal });
}

function sayDensity(state) {
  const { slider, layout } = state, row = Math.max(1, Math.round(layout.width / (layout.wanted * 1.3)));
  slider.setAttribute('aria-valuetext', `about ${row} in a row`);
}

function showFoot(state) {
  const { foot, feed } = state, { failed, loading } = feed;
  const shown = feed.ids.length, cut = state.layout.height > MOST_HEIGHT && feed.next;
  let words = '';
  if (failed) words = failed.text;
  else if (cut) words = `The first ${number(shown)} are shown. Narrow the search to see others.`;
  else if (loading) words = 'Loading …';
  else if (state.mine || state.data.like) words = shown ? `The ${number(shown)} pictures most like it` : state.mine ? 'No picture to compare with fits the filters.' : '';
  else if (!feed.next && shown >= 12) words = `All ${number(shown)} shown`;
  foot.classList.toggle('failed', Boolean(failed));
  if (foot.firstElementChild.textContent !== words) foot.firstElementChild.textContent = words;
  foot.lastElementChild.hidden = !failed;
  foot.lastElementChild.textContent = failed?.over ? 'Sign in' : 'Try again';
}

// After a failure: on with what was under way. Whose session is over signs in, and is led back here.
function tryAgain(state) {
  if (state.feed.failed?.over) { location.reload(); return; }
  state.feed.failed = null;
  loadNext(state);
  render(state);
  showFoot(state);
}

function toTop(state) {
  const under = state.root.getBoundingClientRect().top;
  if (under < HEADER) scrollerOf(state.root).scrollTop += under - HEADER - 16;
}

// Another feed takes the place of the one that is shown.
function showFeed(state, feed, total) {
  for (const [id, tile] of state.tiles) release(state, id, tile);
  state.feed = feed;
  state.total = total;
  state.current = 0;
  state.stop = state.anchor = null;
  clearChoice(state);
  showLike(state);
  relay(state, true);
}

function mount(root) {
  const find = (name) => root.querySelector(name), stopped = new AbortController(), { signal } = stopped;
  const state = {
    root, stopped, list: find('.rows'), bar: find('.bar'), count: find('.bar .count'), all: find('.bar .all'), foot: find('.foot'),
    slider: find('.density input'), quick: find('.quick'), layout: newLayout(), feed: newFeed(), tiles: new Map(), pool: [],
    picked: new Set(), everything: false, anchor: null, current: 0, stop: null, actions: [], total: 0, top: null, at: 0,
    epoch: null, cleared: 0, mine: null, ahead: null, left: 0, data: {},
  };
  root.addEventListener('keydown', (event) => onKey(state, event));
  state.list.addEventListener('click', (event) => onClick(state, event));
  state.list.addEventListener('focusin', (event) => {
    const id = event.target.closest('.tile')?.dataset.id;
    if (id) rove(state, state.feed.at.get(id), false);
  });
  find('.bar .clear').addEventListener('click', () => clearChoice(state));
  state.all.addEventListener('click', () => chooseAll(state));
  state.foot.lastElementChild.addEventListener('click', () => tryAgain(state));
  // Whatever scrolls around the gallery, its scrolling is heard here first.
  document.addEventListener('scroll', () => {
    state.frame ??= requestAnimationFrame(() => { state.frame = null; if (root.isConnected) { render(state); state.left = state.top; } });
  }, { capture: true, passive: true, signal });
  document.addEventListener('px-filters', (event) => { if (goAhead(state, event.detail)) event.preventDefault(); }, { signal });
  document.addEventListener('px-more', () => { if (state.viewed) loadNext(state); }, { signal });
  document.addEventListener('px-closed', (event) => viewed(state, event.detail), { signal });
  state.width = new ResizeObserver(() => {
    const width = state.list.clientWidth;
    if (!width || width === state.layout.width) return;
    const first = !state.layout.width;
    state.layout.width = width;
    setDensity(state, Number(state.slider.value));
    if (first) relay(state, true); else relayAround(state);
  });
  mountDensity(state, signal);
  mountPicture(state, signal);
  mountQuick(state);
  return state;
}

function onClick(state, event) {
  const tile = event.target.closest('.tile'), id = tile?.dataset.id;
  if (!tile) return;
  if (event.target.closest('.tick')) {
    if (event.target.tagName === 'INPUT') choose(state, id, event.shiftKey ? true : event.target.checked, event.shiftKey);
  } else if (event.target.closest('.look')) {
    look(state, state.feed.at.get(id));
  } else if (event.target.closest('.open') && !event.ctrlKey && !event.metaKey && !event.button) {
    event.preventDefault();
    if (event.shiftKey && state.anchor) choose(state, id, true, true);
    else open(state, id);
  }
}

// Another query: what was chosen and loaded for the former one may not even be in this one.
function begin(state, data, ahead) {
  const back = leftBehind.get(data.epoch);
  leftBehind.clear();
  const feed = ahead ?? back?.feed ?? newFeed();
  const moved = renewFirst(feed, data.items, data.source?.cursor ?? null);
  const before = state.epoch;
  state.epoch = data.epoch;
  state.own = feed;
  if (ahead && ahead === state.feed) {
    if (moved) relay(state, true); else render(state);
    return;
  }
  if (before !== null && !state.mine) toTop(state);
  if (!state.mine) showFeed(state, feed, state.total);
  else searchBy(state, state.mine.file);
  if (back && before === null) goBackTo(state, back.top);
}

// Streamlit takes a new page to its top while it comes: once that is over, the pictures are where they were left.
function goBackTo(state, top, tries = 20) {
  const there = -state.list.getBoundingClientRect().top;
  if (Math.abs(there - top) < 2 || !tries || !state.root.isConnected) return;
  scrollerOf(state.root).scrollTop += top - there;
  setTimeout(() => goBackTo(state, top, tries - 1), 50);
}

function update(state, data) {
  if (isBehind(state, data)) return;
  const { feed } = state, ahead = caughtUp(state, data);
  state.data = data;
  state.source = data.source;
  const total = data.source && !data.like ? data.source.total : data.items.length;
  if (!state.mine) state.total = total;
  state.root.querySelector('.head').hidden = !data.owner && !data.by_picture && !data.notice && !data.like;
  state.root.classList.toggle('lifted', Boolean(data.owner));
  state.root.querySelector('.by-picture').hidden = !data.by_picture;
  state.root.querySelector('.density').hidden = !data.owner || !total;
  if (!state.layout.width) {
    state.slider.value = data.owner ? rememberedDensity(data.owner) : 58;
    state.layout.width = state.list.clientWidth;
    setDensity(state, Number(state.slider.value));
  }
  sayDensity(state);
  showActions(state, data.actions);
  if (state.epoch !== data.epoch) {
    say(state, '');
    begin(state, data, ahead);
  } else {
    let moved = renewFirst(state.own, data.items, data.source?.cursor ?? null);
    // What came back meanwhile is on the first page again.
    const here = new Set(data.items.map((item) => item.id)), gone = data.gone.filter((id) => !here.has(id));
    for (const each of new Set([state.own, feed])) moved = drop(each, gone) || moved;
    for (const id of gone) state.picked.delete(id);
    if (moved) relay(state, true); else render(state);
    say(state, state.said);
  }
  if (state.cleared !== data.cleared) { state.cleared = data.cleared; clearChoice(state); }
  showLike(state);
  showFoot(state);
  paintSelection(state);
}

// Take pictures out. Returns whether any was there.
function drop(feed, ids) {
  const lost = new Set(ids.filter((id) => feed.at.has(id)));
  if (lost.size) filterFeed(feed, (id) => !lost.has(id));
  return lost.size > 0;
}

function unmount(state) {
  if (state.own && state.source && !state.ahead) leftBehind.set(state.epoch, { feed: state.own, top: state.left });
  state.stopped.abort();
  state.ahead?.stopped.abort();
  clearTimeout(state.late);
  state.width.disconnect();
}

export default function ({ parentElement, data, setTriggerValue, setStateValue }) {
  const root = parentElement.querySelector('.px-gallery');
  let state = galleries.get(root);
  if (!state) {
    state = mount(root);
    galleries.set(root, state);
  }
  state.send = setTriggerValue;
  state.keep = setStateValue;
  root.setAttribute('aria-label', data.name);
  update(state, data);
  state.width.observe(state.list);
  return () => unmount(state);
}
