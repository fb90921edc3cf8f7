// What a person decided, on its way to the catalogue. Kept in the browser's storage until the catalogue has it, so that
// neither a reload nor a night without connection loses a verdict. One thing is sent at a time, in order.
//
//   waiting -> sent -> done | refused          a broken answer: looked up whether it arrived, and only else sent again
//
// Every tab has its own outbox and holds a lock of that name: an outbox whose lock is free belongs to a tab that is
// gone, and is taken over by the next one of the same person.
const MOST_WAITING = 200;
const SLOWEST_RETRY = 15_000;
const KEPT = 'px-outbox';

// Not module scope: another component on the page may be made of this file too.
const outboxes = (globalThis.pixploreOutboxes ??= new Map());

function outboxOf(person, email) {
  if (outboxes.has(person)) return outboxes.get(person);
  const box = {
    person, email, tab: crypto.randomUUID?.() || String(Math.random()), groups: [], done: new Map(), refused: [], listeners: new Set(),
    busy: false, trouble: null, tries: 0, timer: null, version: 0, overruled: null,
    channel: new BroadcastChannel(`${KEPT}:${person}`),
  };
  outboxes.set(person, box);
  navigator.locks?.request(`${KEPT}:${box.tab}`, () => new Promise(() => {}));
  box.channel.onmessage = ({ data }) => box.listeners.forEach((tell) => tell(data));
  for (const name of ['online', 'focus']) addEventListener(name, () => { takeOver(box); retryNow(box); });
  addEventListener('beforeunload', (event) => { if (box.groups.length) event.preventDefault(); });
  takeOver(box);
  setInterval(() => takeOver(box), 10_000);
  return box;
}

const full = (box) => box.groups.length >= MOST_WAITING;

// `group`: {kind: verdicts | skips | undo | judgements, path?, items: [{image_id, label, verdict}], ...}; `was` is the
// kind that an undo takes back.
function put(box, group) {
  const whole = { id: crypto.randomUUID?.() || String(Math.random()), tried: false, ...group };
  box.groups.push(whole);
  save(box);
  if (group.kind === 'verdicts') box.channel.postMessage({ judged: group.items });
  tell(box);
  pump(box);
  return whole.id;
}

// Take back what was decided: never sent if it still waits, undone in the catalogue else.
function takeBack(box, id) {
  const at = box.groups.findIndex((group) => group.id === id);
  const group = box.groups[at];
  if (group && !group.tried) {
    box.groups.splice(at, 1);
    save(box);
    tell(box);
    return;
  }
  const done = box.done.get(id);
  const { kind: was, path, items } = group || done || {};
  if (was) put(box, { kind: 'undo', was, path, of: id, version: done?.version, items });
}

function save(box) {
  const name = `${KEPT}:${box.person}:${box.tab}`;
  try {
    if (box.groups.length) localStorage.setItem(name, JSON.stringify(box.groups));
    else localStorage.removeItem(name);
  } catch { /* No room or no storage: it is sent all the same, and leaving warns. */ }
}

function takeOver(box) {
  const own = `${KEPT}:${box.person}:`;
  for (const name of Object.keys(localStorage).filter((one) => one.startsWith(own))) {
    const tab = name.slice(own.length);
    if (tab === box.tab) continue;
    navigator.locks?.request(`${KEPT}:${tab}`, { ifAvailable: true }, (lock) => {
      if (!lock) return;
      const known = new Set(box.groups.map((group) => group.id));
      const left = JSON.parse(localStorage.getItem(name) || '[]').filter((group) => !known.has(group.id));
      box.groups.unshift(...left);
      save(box);
      localStorage.removeItem(name);
      const judged = left.flatMap((group) => group.items);
      box.listeners.forEach((listener) => listener({ judged }));
      pump(box);
    });
  }
}

function retryNow(box) {
  clearTimeout(box.timer);
  box.timer = null;
  pump(box);
}

const tell = (box) => box.listeners.forEach((listener) => listener({}));

async function pump(box) {
  if (box.busy || box.timer) return;
  box.busy = true;
  try {
    while (box.groups.length) {
      const group = box.groups[0];
      try {
        const done = await send(box, group);
        settle(box, group, done);
      } catch (trouble) {
        if (!(trouble instanceof Trouble)) throw trouble;
        if (trouble.status === 401 || trouble.status === 403 || passing(trouble)) { wait(box, trouble); return; }
        box.refused.push({ group, why: trouble.message });
        settle(box, group, null);
      }
    }
  } finally { box.busy = false; }
}

function wait(box, trouble) {
  box.trouble = trouble;
  box.tries += 1;
  const slower = Math.min(SLOWEST_RETRY, 500 * 2 ** Math.min(box.tries - 1, 6));
  box.timer = setTimeout(() => retryNow(box), Math.max(slower, Math.min(trouble.wait || 0, SLOWEST_RETRY)));
  tell(box);
}

function settle(box, group, done) {
  box.groups = box.groups.filter((one) => one !== group);
  box.trouble = null;
  box.tries = 0;
  save(box);
  if (done) {
    box.version = Math.max(box.version, done.version || 0);
    box.done.set(group.id, { kind: group.kind, path: group.path, items: group.items, version: done.whole ? done.version : undefined });
    if (box.done.size > 400) box.done.delete(box.done.keys().next().value);
    for (const item of done.items || []) {
      if (item.error && group.kind !== 'undo') box.refused.push({ group: { ...group, items: [item] }, why: item.error });
      else if (group.kind === 'verdicts' && item.before && item.before !== item.after) box.overruled = item;
    }
  }
  tell(box);
}

async function send(box, group) {
  const again = group.tried, { person } = box;
  group.tried = true;
  save(box);
  tell(box);
  if (group.kind === 'skips') return ask('/v1/review/skips', { person, body: { labels: pairs(group.items) } });
  // Who is judged twice for a taught label is the same example: sending again changes nothing.
  if (group.kind === 'judgements') return ask(group.path, { person, body: judgements(group.items) });
  if (group.kind === 'undo' && group.was === 'skips') return ask('/v1/review/skips/undo', { person, body: { labels: pairs(group.items) } });
  if (group.kind === 'undo' && group.was === 'judgements') return ask(group.path, { person, body: { forget: group.items.map((item) => item.image_id) } });
  if (group.kind === 'undo') {
    const version = group.version || box.done.get(group.of)?.version;
    if (version) return ask('/v1/review/decisions/undo', { person, body: { version } });
    return ask('/v1/review/decisions/batch', { person, body: { decisions: group.items.map((item) => ({ ...item, verdict: 'undo' })) } });
  }
  const missing = again ? await notArrived(box, group.items) : group.items;
  if (!missing.length) return {};
  const done = await ask('/v1/review/decisions/batch', { person, body: { decisions: missing } });
  return { ...done, whole: missing.length === group.items.length };
}

const pairs = (items) => items.map(({ image_id, label }) => ({ image_id, label }));
const judgements = (items) => ({
  confirm: items.filter((item) => item.verdict === 'accept').map((item) => item.image_id),
  reject: items.filter((item) => item.verdict === 'reject').map((item) => item.image_id),
});

// The verdicts of this person that hold are listed with the newest first: those that arrived are among them.
async function notArrived(box, items) {
  const one = items.length === 1 ? `&image_id=${items[0].image_id}` : '';
  const { items: hold } = await ask(`/v1/review/decisions?limit=200&by=${encodeURIComponent(box.email)}${one}`);
  const there = (item) => hold.some((held) => held.image_id === item.image_id && held.verdict === item.verdict && (held.label === item.label || held.shown === item.label));
  return items.filter((item) => !there(item));
}
