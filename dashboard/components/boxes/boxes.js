
// The viewer: one picture over the page, with everything known of it. It opens, steps and closes in the browser; Python
// hears of it only when the page has to change.
//
//   px-open    a gallery asks for a picture: {id, tiles() -> [{id, name, src, preview, width, height, why}] as far as it
//              knows, total}; who shows it prevents the event's default
//   px-more    the viewer comes near the end of the tiles: load more
//   px-closed  the viewer is gone: {id} stood last, {changed, gone} ids of pictures that were edited or trashed
const views = new WeakMap();
const KEPT = 24;

const idsOf = (view) => (view.from ? view.from.tiles().map((one) => one.id) : view.siblings);

function open(view, id, { from, push = true, depth = 0 } = {}) {
  if (from) view.from = from;
  const fresh = !view.root.open;
  if (fresh) {
    view.root.showModal();
    view.live = true;
    view.pushed = depth;
    view.changed.clear();
    view.gone.clear();
  }
  if (push) {
    // Streamlit runs the page anew when somebody goes back to another query, but not within one page's own anchors:
    // the empty anchor makes closing a picture such a step.
    if (fresh) history.replaceState(history.state, '', `${address(null)}${location.hash ? '' : '#'}`);
    view.pushed += 1;
    history.pushState({ pictures: view.pushed }, '', address(id));
  }
  look(view, id);
  view.frame.focus({ preventScroll: true });
}

const opened = () => new URLSearchParams(location.search).get('id');

function address(id) {
  const params = new URLSearchParams(location.search);
  id ? params.set('id', id) : params.delete('id');
  return `${location.pathname}${params.size ? `?${params}` : ''}${location.hash}`;
}

// Show another picture: what the gallery knows of it at once, the rest when it comes.
function look(view, id) {
  const known = view.from?.tiles().find((one) => one.id === id) || (view.hinted?.id === id ? view.hinted : null);
  const hint = { id, ...known, preview_url: known?.preview ?? known?.preview_url }, kept = view.kept.get(id);
  Object.assign(view, { id, hint, image: kept?.image || null, words: kept?.words || null, labels: [], lit: null, editing: false,
    everything: false, why: hint.why || (view.told === id ? view.whyTold : null), name: hint.name || '' });
  view.off.clear();
  view.ranks.clear();
  if (typeof view.why === 'string') view.why = [view.why.replace(/^Here because: /, '')];
  view.root.querySelector('.collect').hidden = true;
  view.root.querySelector('.side').scrollTop = 0;
  show(view, null);
  paintHead(view);
  if (kept) paint(view);
  else { view.labels = []; drawBoxes(view); stage(view, hint); waiting(view); }
  load(view, id);
}

function step(view, by) {
  const all = idsOf(view), at = all.indexOf(view.id), next = at < 0 ? null : all[at + by];
  if (!next) return;
  history.replaceState(history.state, '', address(next));
  look(view, next);
  if (by > 0 && at + 4 > all.length) document.dispatchEvent(new CustomEvent('px-more'));
}

function openSimilar(view, one) {
  view.hinted = { ...one, name: one.title || one.name, src: one.thumbnail_url, why: `Looks like “${view.name}”` };
  open(view, one.id);
}

async function load(view, id, fresh) {
  try {
    const found = fresh ? await ask(`/detail/${id}`) : await (view.kept.get(id) || fetched(view, id));
    keep(view, id, found);
    if (view.id !== id) return;
    Object.assign(view, { image: found.image, words: found.words });
    paint(view);
    if (!fresh) { similar(view); ahead(view); }
  } catch (problem) {
    if (view.id === id && !(fresh && view.image)) refused(view, problem);
  }
}

function fetched(view, id) {
  if (!view.asked.has(id)) view.asked.set(id, ask(`/detail/${id}`).finally(() => view.asked.delete(id)));
  return view.asked.get(id);
}

function keep(view, id, found) {
  view.kept.delete(id);
  view.kept.set(id, found);
  if (view.kept.size > KEPT) view.kept.delete(view.kept.keys().next().value);
}

// The neighbours' words and pictures, so that a step shows them at once.
function ahead(view) {
  const all = idsOf(view), at = all.indexOf(view.id);
  if (at < 0) return;
  for (const id of [all[at + 1], all[at - 1]]) {
    if (!id || view.kept.has(id)) continue;
    fetched(view, id).then((found) => {
      keep(view, id, found);
      if (found.image.preview_url) new Image().src = found.image.preview_url;
    }).catch(() => {}); // asked again, and told, when it is opened
  }
}

function paintHead(view) {
  const { root, image } = view, all = idsOf(view), at = all.indexOf(view.id);
  view.name = image ? image.title || image.name : view.hint.name || 'Picture';
  root.querySelector('.name').textContent = view.name;
  root.querySelector('.file').textContent = image && image.title ? image.name : '';
  const total = view.from ? view.from.total : view.total;
  root.querySelector('.place').textContent = at < 0 ? '' : `${NUMBER.format(at + 1)} of ${NUMBER.format(Math.max(total || 0, all.length))}`;
  root.querySelector('.back').hidden = at < 1;
  root.querySelector('.on').hidden = at < 0 || at >= all.length - 1;
}

function paint(view) {
  const { root, image } = view;
  dress(view);
  paintHead(view);
  stage(view, image);
  const focus = root.getRootNode().activeElement, row = focus?.closest?.('.label')?.dataset.name;
  const kind = row && [...focus.classList].find((name) => ['go', 'eye', 'yes', 'no'].includes(name));
  paintFacts(view);
  if (row) [...root.querySelectorAll('.label')].find((one) => one.dataset.name === row)?.querySelector(`.${kind || 'go'}`)?.focus();
  drawBoxes(view);
  paintTools(view);
  const download = root.querySelector('.act-download'), trashed = Boolean(image.deleted_at);
  download.hidden = !image.preview_url;
  download.href = `/data/v1/images/${image.id}/original`;
  root.querySelector('.trashed').hidden = !trashed;
  root.querySelector('.act-collect').hidden = trashed;
  root.querySelector('.act-edit').hidden = !view.may.review || trashed;
  root.querySelector('.act-delete').hidden = !view.may.delete || trashed;
  root.querySelector('.act-restore').hidden = !view.may.delete || !trashed;
  root.querySelector('.actions').hidden = false;
}

function waiting(view) {
  const panel = view.root.querySelector('.sections'), bones = element('div', 'bones');
  for (let line = 0; line < 7; line += 1) bones.append(element('i'));
  panel.replaceChildren(bones);
  panel.setAttribute('aria-busy', 'true');
  view.root.querySelector('.strip').hidden = true;
  view.root.querySelector('.actions').hidden = true;
  view.root.querySelector('.trashed').hidden = true;
  paintTools(view);
}

function refused(view, problem) {
  const panel = view.root.querySelector('.sections'), box = element('div', 'problem'), { id } = view;
  box.setAttribute('role', 'alert');
  box.append(element('p', '', problem.status === 422 ? REFUSED[404] : problem.message)); // 422: no id at all
  if (problem.over) box.append(Object.assign(element('a', 'button', 'Sign in'), { href: '/', target: '_blank', rel: 'noopener' }));
  if (problem.over || problem.again) box.append(button('', 'Try again', () => { waiting(view); load(view, id); }));
  panel.replaceChildren(box);
  view.frame.classList.remove('waiting');
  if (!view.picture.querySelector('img')) nothingToSee(view, 'No picture to show.');
}

// A write, which answers with its version: afterwards the picture is asked for anew, once nothing else is on its way.
async function writing(view, id, act, failed) {
  view.writes += 1;
  try {
    noted(view, id, await act());
  } catch (problem) {
    failed(problem);
    return;
  } finally { view.writes -= 1; }
  if (!view.writes && view.id === id) await load(view, id, true);
}

function noted(view, id, version) {
  view.changed.add(id);
  view.kept.delete(id);
  view.version = Math.max(version || 0, view.version || 0) || null;
}

function say(view, words, act, bad) {
  const toast = view.root.querySelector('.toast');
  toast.className = `toast${bad ? ' bad' : ''}`;
  toast.replaceChildren(element('span', '', words));
  if (act) toast.append(button('link', act[0], () => { toast.hidden = true; act[1](); }));
  toast.hidden = false;
  clearTimeout(view.quiet);
  view.quiet = setTimeout(() => { toast.hidden = true; }, bad ? 15000 : 8000);
}

function close(view, back = true) {
  if (!view.live) return null;
  view.live = false;
  const { id, pushed } = view, done = { changed: [...view.changed], gone: [...view.gone], version: view.version };
  if (view.root.open) view.root.close();
  view.shown = null;
  if (back && pushed) { view.ours = true; history.go(-pushed); } else if (back) history.replaceState(history.state, '', address(null));
  view.pushed = 0;
  document.dispatchEvent(new CustomEvent('px-closed', { detail: { id, ...done } }));
  return done;
}

function dismiss(view) { finish(view, close(view)); }

function finish(view, done) {
  if (done && (done.changed.length || view.told)) view.send('closed', done);
  view.told = null;
}

// To other pictures: of this label, this colour, alike. The address keeps this one, so that going back opens it again.
function leave(view, params) {
  view.send('find', { ...close(view, false), params });
  view.told = null;
}

// To another page, as Streamlit's own links lead there: one step in the browser's history, nothing is loaded anew.
function leaveFor(view, href) {
  const done = close(view, false);
  if (done.changed.length) view.send('closed', { ...done, left: true });
  view.told = null;
  history.pushState(null, '', href);
  window.dispatchEvent(new PopStateEvent('popstate'));
}

// Back and forward move between pictures, as long as nothing but the picture differs.
function travelled(view, event) {
  const id = opened(), same = address(null) === view.base;
  if (view.ours || (!id && same)) history.replaceState(history.state, '', address(null)); // without the empty anchor
  view.base = address(null);
  if (view.ours || (!same && !id)) { view.ours = false; close(view, false); return; }
  if (!id) { view.pushed = 0; finish(view, close(view, false)); return; }
  view.pushed = event.state?.pictures || 0;
  if (id !== view.id || !view.live) open(view, id, { push: false, depth: view.pushed });
}

function onKey(view, event) {
  if (!view.root.open) return;
  const inside = event.composedPath();
  if (event.key === '?' || inside.some((at) => at.localName === 'dialog' && at !== view.root)) return; // the list of keys
  if (event.key === 'Escape') {
    event.preventDefault();
    event.stopPropagation();
    if (view.editing) closeEdit(view);
    else if (!view.root.querySelector('.collect').hidden) openCollect(view);
    else dismiss(view);
    return;
  }
  if (event.altKey || event.metaKey || inside.some((at) => at.matches?.('input, textarea, select'))) return;
  if (event.ctrlKey) {
    if (event.key === 'z' && view.last) { event.preventDefault(); takeBack(view); }
    return;
  }
  event.stopPropagation(); // the page's own keys are for the page
  const row = inside.find((at) => at.matches?.('.label'));
  const act = { ArrowLeft: () => step(view, -1), ArrowRight: () => step(view, 1), b: () => toggleAll(view), e: () => openEdit(view),
    i: () => panel(view), u: () => takeBack(view), z: () => takeBack(view) }[event.key];
  const verdict = row && view.may.review && { y: 'accept', n: 'reject' }[event.key];
  if (verdict) decide(view, row.dataset.name, verdict);
  else if (row && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) (event.key === 'ArrowDown' ? row.nextSibling : row.previousSibling)?.querySelector('.go').focus();
  else if (act && !view.editing) act();
  else if (!view.zoom.key(event)) return;
  event.preventDefault();
}

function panel(view) {
  const away = view.root.classList.toggle('alone'), toggle = view.root.querySelector('.panel');
  toggle.setAttribute('aria-pressed', String(!away));
}

function mount(root) {
  const view = { root, frame: root.querySelector('.frame'), picture: root.querySelector('.picture'), off: new Set(), ranks: new Map(),
    kept: new Map(), asked: new Map(), alike: new Map(), drafts: new Map(), changed: new Set(), gone: new Set(), open: {}, labels: [],
    siblings: [], pushed: 0, writes: 0, may: {}, told: null, base: address(null) };
  view.zoom = new Zoom(view.frame, ({ scale }) => { root.querySelector('.percent').textContent = `${Math.round(scale * 100)} %`; });
  const acts = { '.back': () => step(view, -1), '.on': () => step(view, 1), '.close': () => dismiss(view), '.all': () => toggleAll(view),
    '.closer': () => view.zoom.in(), '.farther': () => view.zoom.out(), '.percent': () => view.zoom.reset(), '.full-size': () => showOriginal(view),
    '.panel': () => panel(view), '.act-edit': () => openEdit(view), '.act-delete': () => trash(view, false), '.act-restore': () => trash(view, true),
    '.act-collect': () => openCollect(view) };
  for (const [name, act] of Object.entries(acts)) root.querySelector(name).addEventListener('click', act);
  root.addEventListener('cancel', (event) => event.preventDefault()); // Escape is ours: it may leave a form first
  root.addEventListener('close', () => dismiss(view)); // a phone's own gesture closes it too
  view.listen = [
    [document, 'keydown', (event) => onKey(view, event), true],
    [document, 'px-open', (event) => { event.preventDefault(); open(view, event.detail.id, { from: event.detail }); }, false],
    [window, 'popstate', (event) => travelled(view, event), false],
  ];
  for (const [target, name, act, early] of view.listen) target.addEventListener(name, act, early);
  return view;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector('.px-viewer');
  let view = views.get(root);
  if (!view) { view = mount(root); views.set(root, view); }
  view.send = setTriggerValue;
  Object.assign(view, { may: data.may, me: data.me, least: data.shown, finds: data.finds, siblings: data.siblings, total: data.total, whyTold: data.why });
  if (!root.open) view.base = address(null);
  // Told by the address when the page was drawn; a later run that says the same again opens nothing anew.
  const news = data.opened && data.opened !== view.told && !root.open;
  view.told = data.opened;
  if (news) { view.from = null; open(view, data.opened, { push: false }); }
  return () => { for (const [target, name, act, early] of view.listen) target.removeEventListener(name, act, early); view.live = false; if (root.open) root.close(); };
}
