
// Two to four pictures side by side. Every frame has a zoom of its own; what one does the others do too.
const comparisons = new WeakMap();

function column(view, id, at) {
  const box = element('article', 'column'), frame = element('div', 'frame waiting');
  frame.tabIndex = 0;
  frame.setAttribute('role', 'group');
  const canvas = element('div', 'canvas');
  frame.append(canvas);
  box.append(frame, element('p', 'badges'), element('h3', 'name'), element('div', 'acts'));
  const zoom = new Zoom(frame, (moved) => together(view, moved));
  frame.addEventListener('keydown', (event) => { if (!event.ctrlKey && !event.metaKey && zoom.key(event)) event.preventDefault(); });
  return { id, at, box, frame, canvas, zoom, detail: null, problem: null };
}

function together(view, moved) {
  for (const { zoom } of view.columns) if (zoom !== moved) zoom.set(moved.scale, moved.x, moved.y, false);
  view.root.querySelector('.whole').textContent = `${Math.round(moved.scale * 100)} %`;
}

async function fill(view, one) {
  one.problem = null;
  try {
    one.detail = await ask(`/detail/${one.id}`);
    paintColumn(view, one);
  } catch (problem) {
    one.problem = problem;
    one.frame.classList.remove('waiting');
    const none = element('div', 'none');
    none.setAttribute('role', 'alert');
    none.append(element('span', '', problem.message), button('', 'Try again', () => fill(view, one)));
    one.canvas.replaceChildren(none);
  }
  paintTable(view);
}

function paintColumn(view, one) {
  const { image } = one.detail, name = image.title || image.name;
  one.frame.classList.remove('waiting');
  one.frame.setAttribute('aria-label', `${name}. Plus and minus zoom all pictures, 0 shows all of them.`);
  one.box.querySelector('.name').textContent = name;
  const picture = element('img');
  picture.alt = name;
  picture.draggable = false;
  picture.src = image.preview_url || '';
  picture.onerror = () => one.canvas.replaceChildren(element('div', 'none', 'The picture did not load.'));
  one.canvas.replaceChildren(image.preview_url ? picture : element('div', 'none', 'This entry has no picture.'));
  const acts = one.box.querySelector('.acts'), gone = view.gone.has(one.id);
  one.box.classList.toggle('gone', gone);
  acts.replaceChildren(Object.assign(element('a', 'button', 'Open'), { href: `/catalogue?id=${image.id}`, target: '_blank', rel: 'noopener' }));
  acts.firstChild.setAttribute('aria-label', `Open ${name} in another tab`);
  if (view.may && !gone) acts.append(button('danger', 'Delete', () => move(view, one, false)));
  if (view.may && gone) acts.append(button('', 'Restore', () => move(view, one, true)));
  const remove = acts.querySelector('.danger');
  if (remove) remove.setAttribute('aria-label', `Delete ${name}`);
}

async function move(view, one, back) {
  const here = `/data/v1/images/${one.id}`;
  try {
    await ask(back ? `${here}/restore` : here, { method: back ? 'POST' : 'DELETE' });
    back ? view.gone.delete(one.id) : view.gone.add(one.id);
    view.tell('gone', [...view.gone]);
    paintColumn(view, one);
    paintTable(view);
    say(view, back ? 'Restored' : 'Moved to the trash', back ? null : ['Undo', () => move(view, one, true)]);
  } catch (problem) { say(view, problem.message, ['Try again', () => move(view, one, back)]); }
}

function paintTable(view) {
  const there = view.columns.filter((one) => one.detail), details = there.map((one) => one.detail);
  const table = view.root.querySelector('.table');
  table.replaceChildren();
  if (there.length < 2) return;
  const only = view.root.querySelector('.only').checked, pairs = there.length > 2 && view.alike.size;
  const facts = factRows(details).filter((row) => row.differs || !only), labels = labelRows(details, view.least).filter((row) => row.differs || !only);
  const made = element('table'), head = element('tr');
  head.append(element('td'), ...details.map(({ image }) => scoped('col', image.title || image.name)));
  made.append(element('caption', 'hidden', 'Facts and labels of the pictures side by side'), inside('colgroup', [element('col', 'names'), ...details.map(() => element('col'))]), inside('thead', [head]),
    inside('tbody', [title('Labels', details.length), ...(labels.length ? labels.map((row) => labelLine(row)) : [nothing(view, details.length, only)])]),
    ...(pairs ? [inside('tbody', [title('How alike', details.length), ...there.map((one) => pairLine(view, there, one))])] : []),
    inside('tbody', [title('Facts', details.length), ...facts.map((row) => factLine(row))]));
  table.append(made);
  advise(view, there);
}

const inside = (tag, rows) => { const part = element(tag); part.append(...rows); return part; };
const scoped = (scope, words) => Object.assign(element('th', '', words), { scope });

function title(words, columns) {
  const row = element('tr', 'title'), cell = scoped('colgroup', words);
  cell.colSpan = columns + 1;
  row.append(cell);
  return row;
}

function nothing(view, columns, only) {
  const row = element('tr'), cell = element('td', 'quiet', only ? 'No label differs.' : 'No labels.');
  cell.colSpan = columns + 1;
  row.append(cell);
  return row;
}

function labelLine(row) {
  const line = element('tr', row.differs ? 'differs' : '');
  line.append(scoped('row', row.name), ...row.cells.map((label) => {
    const cell = element('td', label ? (row.lone ? 'lone' : '') : 'lacks');
    if (!label) { cell.append(element('span', '', 'not here')); return cell; }
    cell.textContent = label.source === 'person' ? 'Confirmed' : `${Math.round(label.confidence * 10) / 10} %`;
    if (row.lone && row.cells.filter(Boolean).length === 1) cell.append(element('span', 'mark', 'only here'));
    return cell;
  }));
  if (row.spread >= FAR) line.firstChild.append(element('span', 'mark', `${Math.round(row.spread)} points apart`));
  return line;
}

// How alike one is to each of the others; of two the line above the pictures says it.
function pairLine(view, there, one) {
  const line = element('tr', 'pair');
  line.append(scoped('row', one.detail.image.title || one.detail.image.name), ...there.map((other) => {
    const cell = element('td'), alike = view.alike.get(pairOf(one, other));
    if (other === one || alike == null) cell.append(element('span', 'quiet', other === one ? '–' : 'not known'));
    else cell.textContent = percentage(alike);
    if (alike >= ALIKE) cell.append(element('span', 'mark', 'almost the same'));
    return cell;
  }));
  return line;
}

function factLine(row) {
  const line = element('tr', row.differs ? 'differs' : '');
  line.append(scoped('row', row.name), ...row.values.map((value, at) => {
    const cell = element('td');
    if (!value) cell.append(element('span', 'quiet', 'none'));
    else if (row.kind === 'time') cell.append(when(value));
    else cell.textContent = value;
    if (row.wins[at]) cell.append(element('span', 'mark', { Added: 'newest', Size: 'largest', 'File size': 'largest' }[row.name]));
    return cell;
  }));
  return line;
}

function advise(view, there) {
  const images = there.map((one) => one.detail.image), [words, same] = sameness(images, there.slice(1).map((one) => view.alike.get(pairOf(there[0], one)) ?? null));
  view.root.querySelector('.verdict').textContent = words;
  const keep = same ? keeper(images) : null;
  there.forEach((one, at) => {
    const badge = one.box.querySelector('.badges');
    badge.replaceChildren();
    if (view.gone.has(one.id)) badge.append(element('span', 'badge out', 'In the trash'));
    else if (keep?.at === at) badge.append(element('span', 'badge', `Keep this one: ${keep.why}`));
  });
}

const pairOf = (one, other) => [one.id, other.id].sort().join(' ');

// How alike each two are: the API's pictures similar to one, narrowed to the moment at which the other was added.
async function likeness(view) {
  const there = view.columns.filter((one) => one.detail);
  const pairs = there.flatMap((one, at) => there.slice(at + 1).map((other) => [one, other]));
  await Promise.all(pairs.map(async ([one, other]) => {
    const at = other.detail.image.created_at, after = new Date(Date.parse(at) + 2).toISOString();
    const asked = new URLSearchParams({ created_from: at, created_to: after, limit: 200 });
    const found = await ask(`/data/v1/images/${one.id}/similar?${asked}`).catch(() => null); // a hint that may be missing
    view.alike.set(pairOf(one, other), found?.items.find((each) => each.id === other.id)?.likeness ?? null);
  }));
  paintTable(view);
}

function say(view, words, act) {
  const toast = view.root.querySelector('.toast');
  toast.replaceChildren(element('span', '', words));
  if (act) toast.append(button('link', act[0], () => { toast.hidden = true; act[1](); }));
  toast.hidden = false;
  clearTimeout(view.quiet);
  view.quiet = setTimeout(() => { toast.hidden = true; }, 10000);
}

async function start(view, ids) {
  view.columns = ids.map((id, at) => column(view, id, at));
  const pictures = view.root.querySelector('.pictures');
  pictures.style.setProperty('--columns', ids.length);
  pictures.replaceChildren(...view.columns.map((one) => one.box));
  await Promise.all(view.columns.map((one) => fill(view, one)));
  if (view.columns.filter((one) => one.detail).length > 1) await likeness(view);
}

export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector('.px-compare');
  let view = comparisons.get(root);
  const fresh = !view;
  if (fresh) {
    view = { root, columns: [], gone: new Set(), alike: new Map() };
    comparisons.set(root, view);
    root.querySelector('.only').addEventListener('change', () => paintTable(view));
    root.querySelector('.whole').addEventListener('click', () => view.columns[0]?.zoom.reset());
  }
  Object.assign(view, { tell: setStateValue, may: data.delete, least: data.shown });
  if (fresh) start(view, data.ids);
}
