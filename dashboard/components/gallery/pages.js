
// The pictures in order. Of each the id and the ratio stay; what its tile says is let go far from the screen and asked
// for again, by the cursor of its page, when it comes near.
const KEPT = 1200;
const NEAR = 3; // pages beside those in sight that are kept
const RENEWED_MS = 60_000;
const GONE = { name: 'Not here any more', labels: [], why: '', src: null, preview: null };

const newFeed = () => ({
  ids: [], ratios: [], page: [], at: new Map(), tiles: new Map(), cursors: [null], next: null,
  loading: false, failed: null, asked: new Map(), renewed: new Map(), listed: null,
});

// All of them as the viewer steps through them: what is known of each at the moment.
function listed(feed) {
  feed.listed ??= feed.ids.map((id) => feed.tiles.get(id) ?? { id });
  return feed.listed;
}

function append(feed, images, page) {
  feed.listed = null;
  for (const image of images) {
    if (feed.at.has(image.id)) continue;
    const tile = tileOf(image);
    feed.at.set(tile.id, feed.ids.length);
    feed.ids.push(tile.id);
    feed.ratios.push(ratioOf(tile));
    feed.page.push(page);
    feed.tiles.set(tile.id, tile);
  }
}

// Keep of the feed what `stays(id)` says.
function filterFeed(feed, stays) {
  const ids = feed.ids, ratios = feed.ratios, page = feed.page;
  feed.ids = []; feed.ratios = []; feed.page = []; feed.at.clear(); feed.listed = null;
  ids.forEach((id, at) => {
    if (!stays(id)) { feed.tiles.delete(id); return; }
    feed.at.set(id, feed.ids.length);
    feed.ids.push(id); feed.ratios.push(ratios[at]); feed.page.push(page[at]);
  });
}

// A new first page over the old one: what was loaded behind it stays. Returns whether anything moved.
function renewFirst(feed, images, next) {
  const last = images.length ? feed.at.get(images.at(-1).id) : undefined;
  const same = images.length > 0 && images.every((image, at) => feed.ids[at] === image.id);
  if (same) {
    for (const image of images) feed.tiles.set(image.id, tileOf(image));
    if (feed.cursors.length === 1) feed.next = next;
    return feed.ids.length < images.length;
  }
  const old = { ids: feed.ids, ratios: feed.ratios, page: feed.page, next: feed.next, cursors: feed.cursors };
  feed.ids = []; feed.ratios = []; feed.page = []; feed.at = new Map();
  append(feed, images, 0);
  if (last === undefined || old.cursors.length === 1) { feed.cursors = [null]; feed.next = next; return true; }
  for (let at = last + 1; at < old.ids.length; at++) {
    if (feed.at.has(old.ids[at])) continue;
    feed.at.set(old.ids[at], feed.ids.length);
    feed.ids.push(old.ids[at]); feed.ratios.push(old.ratios[at]); feed.page.push(old.page[at]);
  }
  return true;
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// Ask the search API on this origin. A service that is away for a moment is asked once more before anybody hears of it.
// Throws {over, text}.
async function askApi(path, query, options = {}, again = true) {
  let answer;
  try { answer = await fetch(`/data${path}?${query}`, options); } catch { answer = null; }
  if (answer?.ok) return answer.json();
  options.signal?.throwIfAborted();
  if (again && (!answer || answer.status === 503)) { await pause(600); return askApi(path, query, options, false); }
  if (answer?.status === 401) throw { over: true, text: 'Your session is over. Sign in again to see more.' };
  const said = await answer?.json().catch(() => null);
  if (answer && answer.status < 500 && said?.detail) throw { over: false, text: said.detail };
  const reference = answer?.headers.get('x-request-id');
  throw { over: false, text: answer ? `The next pictures cannot be fetched just now.${reference ? ` Reference: ${reference}` : ''}` : 'No connection to Pixplore.' };
}

function askPage(source, cursor, signal) {
  const query = new URLSearchParams(source.query);
  query.set('limit', source.limit);
  query.set('min_version', source.version);
  if (cursor) query.set('cursor', cursor);
  return askApi(source.path, query, { signal });
}

async function loadNext(state) {
  const { feed, source } = state;
  if (!feed.next || feed.loading || feed.failed || !source || state.layout.height > MOST_HEIGHT) return;
  feed.loading = true;
  showFoot(state);
  try {
    const answer = await askPage(source, feed.next);
    feed.cursors.push(feed.next);
    append(feed, answer.items, feed.cursors.length - 1);
    feed.next = answer.next_cursor;
  } catch (problem) {
    feed.failed = problem;
  }
  feed.loading = false;
  if (feed === state.feed) relay(state, false);
}

// Ask for a page again: its tiles were let go, or the addresses of its pictures hold no longer.
function recall(state, page) {
  const { feed, source } = state;
  if (!source || feed.asked.has(page) || feed.failed) return;
  feed.asked.set(page, askPage(source, feed.cursors[page]).then((answer) => {
    for (const image of answer.items) if (feed.at.has(image.id)) feed.tiles.set(image.id, tileOf(image));
    feed.ids.forEach((id, at) => { if (feed.page[at] === page && !feed.tiles.has(id)) feed.tiles.set(id, { ...GONE, id }); });
  }, (problem) => { feed.failed = problem; }).finally(() => {
    feed.asked.delete(page);
    if (feed === state.feed) { showFoot(state); render(state, true); }
  }));
}

// A picture did not load: once a minute its page gets new addresses. False: there is no more to try.
function renew(state, id) {
  const { feed } = state, page = feed.page[feed.at.get(id)], now = Date.now();
  if (!state.source || page === undefined || state.mine || now - (feed.renewed.get(page) ?? -Infinity) < RENEWED_MS) return feed.asked.has(page);
  feed.renewed.set(page, now);
  recall(state, page);
  return true;
}

function letGo(state, first, last) {
  const { feed } = state;
  if (feed.tiles.size <= KEPT || !state.source || state.mine) return;
  const from = feed.page[first] - NEAR, to = feed.page[last] + NEAR;
  for (const id of feed.tiles.keys()) {
    const page = feed.page[feed.at.get(id)];
    if (page === undefined || page < from || page > to) feed.tiles.delete(id);
  }
}
