// The queue: the next questions are here before they are needed, a verdict goes to the outbox and never waits.
const PAGE = 60;
const LONG_AWAY = 30_000;
const KEYS = { y: 'accept', a: 'accept', n: 'reject', r: 'reject', s: 'skip', u: 'undo', z: 'undo' };
const MODES = [['one', 'One by one'], ['grid', 'Many at once']];

const keyOf = (item) => `${item.image.id}|${item.label}`;
const plainOf = (item, verdict) => ({ image_id: item.image.id, label: item.label, verdict });

function undoButton(view) {
  const made = button('Undo', 'verdict quiet undo', () => undo(view));
  made.append(element('kbd', '', 'U'));
  made.setAttribute('aria-keyshortcuts', 'U');
  return made;
}

async function load(view) {
  if (view.loading || view.ended || view.items.length > PAGE / 2) return;
  const { epoch } = view;
  view.loading = true;
  try {
    do {
      const asked = new URLSearchParams(view.filters);
      asked.set('limit', PAGE);
      if (!view.teach && view.of) asked.set('of', view.of);
      if (view.cursor) asked.set('cursor', view.cursor);
      else if (view.box.version) asked.set('min_version', view.box.version);
      const path = view.teach ? `/v1/taught-labels/${view.teach.id}/suggestions` : '/v1/review';
      const found = await ask(`${path}?${asked}`);
      if (view.epoch !== epoch) return;
      const items = view.teach ? found.items.map((image) => ({ image, label: view.teach.label, confidence: image.confidence, boxes: [] })) : found.items;
      view.items.push(...items.filter((item) => !view.seen.has(keyOf(item)) && view.seen.add(keyOf(item))));
      view.cursor = found.next_cursor;
      view.images = found.images;
      view.ended = view.teach ? !items.length : !view.cursor;
      view.trouble = null;
      show(view);
      // Pages of the queue may be short.
    } while (!view.ended && view.items.length <= PAGE / 2 && !view.teach);
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    if (view.epoch !== epoch) return;
    view.trouble = trouble;
    if (passing(trouble)) setTimeout(() => view.epoch === epoch && load(view), 3000);
  } finally { if (view.epoch === epoch) view.loading = false; }
  show(view);
}

function decide(view, verdict) {
  const page = view.mode === 'grid' ? view.items.slice(0, GRID) : view.items.slice(0, 1);
  if (!page.length) return;
  if (full(view.box)) { view.at('.live').textContent = view.at('.outbox').textContent; return; }
  const wrong = page.filter((item) => view.wrong.has(keyOf(item)));
  const items = page.map((item) => plainOf(item, verdict === 'accept' && wrong.includes(item) ? 'reject' : verdict));
  const kind = verdict === 'skip' ? 'skips' : view.teach ? 'judgements' : 'verdicts';
  // Skipping a suggestion is for now only: nobody keeps it.
  const id = verdict === 'skip' && view.teach ? null : put(view.box, { kind, items, path: view.teach && `/v1/taught-labels/${view.teach.id}/judgements` });
  view.history.push({ id, page, items });
  if (view.history.length > 200) view.history.shift();
  view.items.splice(0, page.length);
  keepMarks(view);
  for (const { verdict: said } of items) view.counts[said] += 1;
  remember(view);
  show(view);
  load(view);
}

function undo(view) {
  const last = view.history.pop();
  if (!last) return;
  if (last.id) takeBack(view.box, last.id);
  for (const { verdict: said } of last.items) view.counts[said] -= 1;
  view.items.unshift(...last.page.filter((item) => !view.of || view.teach || item.label === view.of));
  remember(view);
  show(view);
}

// What this tab did since it was opened survives a reload of it.
function remember(view) { try { sessionStorage.setItem(`px-review:${view.box.person}`, JSON.stringify(view.counts)); } catch { /* only a count */ } }
function remembered(box) {
  const none = { accept: 0, reject: 0, skip: 0 };
  try { return { ...none, ...JSON.parse(sessionStorage.getItem(`px-review:${box.person}`)) }; } catch { return none; }
}

function show(view) {
  if (view.items.length) (view.mode === 'grid' ? showGrid : showOne)(view);
  else {
    view.shown = null;
    const place = view.at('.place');
    if (view.trouble) troubleNote(place, view.trouble, () => { view.trouble = null; show(view); load(view); });
    else if (!view.ended) place.replaceChildren(element('div', 'skeleton'));
    else finished(view, place);
  }
  progress(view);
  outboxLine(view);
}

function finished(view, place) {
  const ways = [button('Look again', 'primary', () => start(view))];
  if (view.teach) { note(place, 'No more suggestions', 'Every picture that looks like your examples was judged or has the label.', ...ways); return; }
  if (view.of) ways.push(button('All labels', '', () => go(view, { of: '', mode: 'one' })));
  ways.push(button('Bring back what I skipped', '', async (event) => {
    event.target.disabled = true;
    try { await ask('/v1/review/skips', { method: 'DELETE' }); start(view); } catch (trouble) { troubleNote(place, trouble, () => show(view)); }
  }));
  if (view.history.length) ways.push(undoButton(view));
  note(place, view.history.length ? 'All looked at' : 'Nothing to review', view.of ? `No more “${view.of}” waits for a person here.` : 'No label waits for a person here. New pictures bring new questions.', ...ways);
}

function progress(view) {
  const { accept, reject, skip } = view.counts, judged = accept + reject;
  const left = view.ended ? `${words(view.items.length, 'question')} left` : view.images && !view.of ? `${words(view.images, 'picture')} with unsure labels` : '';
  const done = judged || skip ? `This session: ${accept.toLocaleString('en')} yes, ${reject.toLocaleString('en')} no${skip ? `, ${skip.toLocaleString('en')} skipped` : ''}` : '';
  view.at('.progress').replaceChildren(...[left, done].filter(Boolean).map((text) => element('span', '', text)));
}

function outboxLine(view) {
  const { box } = view, line = view.at('.outbox'), { trouble } = box;
  const waiting = box.groups.reduce((sum, group) => sum + group.items.length, 0);
  line.className = 'outbox';
  line.hidden = false;
  if (trouble?.status === 401) {
    line.classList.add('bad');
    line.replaceChildren(`${trouble.message} ${words(waiting, 'verdict')} ${waiting === 1 ? 'is' : 'are'} kept in this browser and sent then. `, button('Sign in again', '', () => location.reload()));
  } else if (trouble) {
    line.classList.add('bad');
    const end = full(box) ? 'No more can wait: go on when they are sent.' : 'Go on judging; they are sent by themselves.';
    line.replaceChildren(`${trouble.message} ${words(waiting, 'verdict waits', 'verdicts wait')} in this browser. ${end} `, button('Send now', '', () => retryNow(box)));
  } else if (box.refused.length) {
    const { group, why } = box.refused[0], { label } = group.items[0];
    line.classList.add('bad');
    const more = box.refused.length > 1 ? ` And ${words(box.refused.length - 1, 'other')}.` : '';
    line.replaceChildren(`A verdict on “${label}” could not be kept: ${why}${more} `, button('Understood', '', () => { box.refused = []; outboxLine(view); }));
  } else if (box.overruled) {
    const { label, before, after } = box.overruled, said = { accept: 'yes', reject: 'no' };
    line.replaceChildren(`“${label}” had been judged ${said[before]} meanwhile, in another window or by somebody else; your ${said[after]} holds now. `, button('Understood', '', () => { box.overruled = null; outboxLine(view); }));
  } else if (waiting) line.textContent = `Saving ${words(waiting, 'verdict')} …`;
  else if (box.done.size) line.textContent = 'All verdicts are saved.';
  else line.hidden = true;
  line.dataset.waiting = waiting;
}

// Another tab of the same person judged these: they are no questions here any more.
function heard(view, { judged }) {
  if (judged && !view.teach) {
    const gone = new Set(judged.map((item) => `${item.image_id}|${item.label}`)), before = view.items.length;
    view.items = view.items.filter((item) => !gone.has(keyOf(item)));
    gone.forEach((key) => view.seen.add(key));
    if (view.items.length < before && view.shown) view.at('.live').textContent = 'Judged in another window; here is the next.';
    show(view);
    load(view);
  } else outboxLine(view);
}

function go(view, to) {
  Object.assign(view, { of: to.of ?? view.of, mode: to.mode ?? view.mode });
  view.root.focus({ preventScroll: true });
  view.send('go', { of: view.of, mode: view.mode, at: Date.now() });
  start(view);
}

function start(view) {
  Object.assign(view, { epoch: {}, items: [], seen: new Set(), wrong: keptMarks(view), cursor: null, loading: false, ended: false, trouble: null, shown: null, images: 0 });
  // What waits to be sent is judged already.
  for (const group of view.box.groups.filter(({ kind }) => kind !== 'undo')) for (const item of group.items) view.seen.add(`${item.image_id}|${item.label}`);
  frame(view);
  show(view);
  if (view.mode === 'grid' && !view.of) chooseMode(view, 'grid');
  else load(view);
}

function frame(view) {
  view.at('#px-of').value = view.of;
  view.at('.modes').replaceChildren(...MODES.map(([mode, text]) => {
    const made = button(text, '', () => mode !== view.mode && chooseMode(view, mode));
    made.setAttribute('aria-pressed', String(view.mode === mode));
    return made;
  }));
}

// Many at once are many of one label: of the one that is asked about now, or of the most frequent unsure one.
async function chooseMode(view, mode) {
  if (mode === 'grid' && !view.of) {
    try { view.of = view.items[0]?.label || (await unsure(view, ''))[0]?.value || ''; } catch (trouble) { view.trouble = trouble; show(view); return; }
    if (!view.of) { view.ended = true; show(view); return; }
  }
  go(view, { mode });
}

async function unsure(view, prefix) {
  const asked = new URLSearchParams(view.filters);
  asked.set('min_confidence', 50);
  asked.set('max_confidence', 79.9);
  asked.set('facet_limit', 50);
  if (prefix) asked.set('prefix', prefix);
  return (await ask(`/v1/facets/label?${asked}`)).values;
}

function labels(view) {
  const field = view.at('#px-of'), list = view.at('#px-ofs');
  let timer;
  const offer = async () => {
    try {
      list.replaceChildren(...(await unsure(view, field.value.trim())).map(({ value, count }) => {
        const made = element('option', '', words(count, 'unsure picture'));
        made.value = value;
        return made;
      }));
    } catch { /* It is a help to choose; the name can be written without. */ }
  };
  const take = () => { const of = field.value.trim(); if (of !== view.of) go(view, { of, mode: of ? view.mode : 'one' }); };
  field.onfocus = offer;
  field.oninput = (event) => {
    clearTimeout(timer);
    if (event.inputType === 'insertReplacementText' || event.inputType === undefined) take();
    else timer = setTimeout(offer, 150);
  };
  field.onchange = take;
}

function onKey(view, event) {
  const verdict = KEYS[event.key.toLowerCase?.()];
  if (!verdict || event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
  if (event.composedPath().some((at) => at.matches?.('input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable=true],[role=dialog],[role=combobox]'))) return;
  if (document.querySelector('[role=dialog]')) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // Streamlit runs the page anew for R.
  if (verdict === 'undo') undo(view);
  else if (view.mode !== 'grid' || verdict !== 'reject') decide(view, verdict);
}

function build(data) {
  const view = { box: outboxOf(data.person, data.email), pictures: new Map(), history: [] };
  view.at = (selector) => view.root.querySelector(selector);
  view.counts = remembered(view.box);
  addEventListener('keydown', (event) => view.root.isConnected && onKey(view, event), true);
  view.box.listeners.add((message) => view.root.isConnected && heard(view, message));
  return view;
}

// A queue outlives the element that it is shown in, which Streamlit may replace while somebody types; and this module,
// which it may load twice.
const queues = (globalThis.pixploreQueues ??= new Map());

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector('.px-review'), name = `${data.person}|${data.teach?.id || ''}`;
  if (!queues.has(name)) queues.set(name, build(data));
  const view = queues.get(name), asked = JSON.stringify([data.filters, data.of, data.mode, data.teach]);
  view.send = setTriggerValue;
  view.href = data.href;
  const moved = view.root !== root;
  if (moved) {
    // Who comes back from another page finds the queue as it is now.
    if (view.root && !view.root.isConnected && Date.now() - view.seenAt > LONG_AWAY) view.asked = null;
    view.root = root;
    root.classList.toggle('teaching', Boolean(data.teach));
    labels(view);
  }
  view.seenAt = Date.now();
  if (view.asked !== asked) {
    const same = view.asked && JSON.stringify([view.filters, view.of, view.mode, view.teach]) === asked;
    Object.assign(view, { asked, filters: data.filters, of: data.of, mode: data.mode, teach: data.teach });
    if (!same) { view.history = []; start(view); }
  }
  if (moved) { frame(view); show(view); }
  retryNow(view.box);
}
