// A name and its examples: searched and picked here, kept in this tab until the label is made.
const FEWEST = 5, MOST = 20, PAGE = 48;

async function search(view, more) {
  view.asking?.abort();
  const asking = (view.asking = new AbortController()), { at } = view;
  const asked = new URLSearchParams({ limit: PAGE, status: 'ready' });
  if (view.draft.q) asked.set('q', view.draft.q);
  if (more && view.cursor) asked.set('cursor', view.cursor);
  try {
    const found = await ask(`/v1/images?${asked}`, { signal: asking.signal });
    if (asking.signal.aborted) return;
    view.cursor = found.next_cursor;
    at('.place').replaceChildren();
    at('.total').textContent = words(found.total, 'picture');
    if (!more) at('.found').replaceChildren();
    // An entry without a picture teaches nothing.
    at('.found').append(...found.items.filter((image) => image.thumbnail_url).map((image) => tile(view, image)));
    if (!found.total) note(at('.place'), 'No picture fits', 'Try other words, or fewer of them.');
    at('.more').hidden = !view.cursor;
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) { if (trouble.name === 'AbortError') return; throw trouble; }
    troubleNote(at('.place'), trouble, () => search(view, more));
  }
}

function tile(view, image) {
  const item = element('li'), press = button('', 'tile'), picture = element('img'), name = image.title || image.name;
  picture.src = image.thumbnail_url;
  picture.alt = '';
  picture.loading = 'lazy';
  press.append(picture, element('span', 'mark', '✓'));
  press.title = name;
  press.dataset.id = image.id;
  press.setAttribute('aria-label', `${name}: example`);
  press.onclick = () => {
    if (view.draft.chosen.some((one) => one.id === image.id)) view.draft.chosen = view.draft.chosen.filter((one) => one.id !== image.id);
    else if (view.draft.chosen.length < MOST) view.draft.chosen.push({ id: image.id, name, src: image.thumbnail_url });
    show(view);
  };
  press.setAttribute('aria-pressed', String(view.draft.chosen.some((one) => one.id === image.id)));
  item.append(press);
  return item;
}

function show(view) {
  const { at, draft } = view, count = draft.chosen.length;
  at('.tray h2').textContent = count < FEWEST ? `${count} chosen, ${FEWEST - count} more to go` : count === MOST ? `${MOST} chosen, that is the most` : `${count} chosen`;
  at('.begin').disabled = count < FEWEST || !draft.name.trim() || view.busy;
  at('.chosen').replaceChildren(...draft.chosen.map((one) => {
    const item = element('li'), drop = button('×', 'drop', () => { draft.chosen = draft.chosen.filter((other) => other !== one); show(view); at('.begin').focus(); });
    const picture = element('img');
    picture.src = one.src;
    picture.alt = one.name;
    drop.setAttribute('aria-label', `Leave out ${one.name}`);
    item.append(picture, drop);
    return item;
  }));
  const ids = new Set(draft.chosen.map((one) => one.id));
  for (const press of view.root.querySelectorAll('.tile')) press.setAttribute('aria-pressed', String(ids.has(press.dataset.id)));
  try { sessionStorage.setItem(view.kept, JSON.stringify(draft)); } catch { /* it is made anew then */ }
}

async function begin(view) {
  const { at, draft } = view, said = at('.said');
  view.busy = true;
  said.hidden = true;
  show(view);
  try {
    const made = await ask('/v1/taught-labels', { body: { label: draft.name.trim(), examples: draft.chosen.map((one) => one.id) }, person: view.person });
    sessionStorage.removeItem(view.kept);
    view.draft = { name: '', q: '', chosen: [] };
    view.send('made', made.id);
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    said.hidden = false;
    said.textContent = trouble.status === 401 ? 'Your session is over. Sign in again: your examples are kept in this tab. ' : trouble.message;
    if (trouble.status === 401) said.append(button('Sign in again', '', () => location.reload()));
  }
  view.busy = false;
  show(view);
}

function build(root, data) {
  const at = (selector) => root.querySelector(selector);
  const view = { root, at, kept: `px-teach:${data.person}`, draft: { name: '', q: '', chosen: [] }, cursor: null };
  try { Object.assign(view.draft, JSON.parse(sessionStorage.getItem(view.kept))); } catch { /* nothing was kept */ }
  let timer;
  const name = at('#px-name'), find = at('.find input');
  name.value = view.draft.name;
  find.value = view.draft.q;
  name.oninput = () => { view.draft.name = name.value; show(view); };
  find.oninput = () => { view.draft.q = find.value.trim(); clearTimeout(timer); timer = setTimeout(() => { show(view); search(view); }, 200); };
  at('.more').onclick = () => search(view, true);
  at('.begin').onclick = () => begin(view);
  return view;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector('.px-teach');
  const fresh = !root.pixplore; // with the element, not with this module: Streamlit may load it twice
  const view = (root.pixplore ??= build(root, data));
  Object.assign(view, { send: setTriggerValue, person: data.person });
  if (fresh) { show(view); search(view); }
}
