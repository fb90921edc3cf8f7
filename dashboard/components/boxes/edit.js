
// Edits of the open picture: its words, its collections, the trash. What somebody typed is kept until it is saved or
// thrown away by hand: a refusal, a session that ended, a closed picture or a reload loses nothing.
const FIELDS = [['title', 'Title', 300], ['sku', 'SKU', 100], ['category', 'Category', 100]];

function draftOf(view) {
  const { image } = view;
  if (!view.drafts.has(view.id)) {
    view.drafts.set(view.id, keptDraft(view) || {
      title: image.title || '', sku: image.sku || '', category: image.category || '', tags: [...image.tags],
      attributes: Object.entries(image.attributes).map(([name, value]) => ({ name, value: String(value), known: true })),
      base: structuredClone({ title: image.title, sku: image.sku, category: image.category, tags: image.tags, attributes: image.attributes }),
    });
  }
  return view.drafts.get(view.id);
}

const placeOf = (view, id) => `px-edit:${view.me}:${id}`;

function keepDraft(view, draft) {
  if (!Object.keys(changes(draft)).length) { forgetDraft(view, view.id); return; }
  try { sessionStorage.setItem(placeOf(view, view.id), JSON.stringify(draft)); } catch { /* then a reload loses it */ }
}

function keptDraft(view) {
  try { return JSON.parse(sessionStorage.getItem(placeOf(view, view.id))); } catch { return null; }
}

function forgetDraft(view, id) {
  try { sessionStorage.removeItem(placeOf(view, id)); } catch { /* nothing was kept */ }
}

function openEdit(view) {
  if (!view.may.review || view.image?.deleted_at || !view.image) return;
  view.editing = true;
  const draft = draftOf(view), form = view.root.querySelector('form.edit');
  form.replaceChildren(element('h3', '', 'Edit'), ...FIELDS.map(([name, words, most]) => field(view, draft, name, words, most)),
    tagsField(view, draft), attributesField(view, draft), foot(view, draft));
  for (const kind of ['oninput', 'onchange', 'onclick', 'onkeyup']) form[kind] = () => keepDraft(view, draft);
  show(view, form);
  form.querySelector('input').focus();
}

function closeEdit(view, drop) {
  const draft = view.drafts.get(view.id);
  view.editing = false;
  if (drop || (draft && !Object.keys(changes(draft)).length)) { view.drafts.delete(view.id); forgetDraft(view, view.id); }
  else if (draft) say(view, 'Your changes are kept. Open Edit to go on.');
  show(view, null);
  view.root.querySelector('.act-edit').focus();
}

function show(view, form) {
  view.root.querySelector('form.edit').hidden = !form;
  view.root.querySelector('.known').hidden = Boolean(form);
}

function field(view, draft, name, words, most) {
  const box = element('label', 'field', words), input = element('input');
  input.value = draft[name];
  input.maxLength = most;
  input.name = name;
  input.addEventListener('input', () => { draft[name] = input.value; });
  box.append(input, fault(name));
  if (name === 'category') offers(view, input, '/data/v1/facets/category');
  return box;
}

function fault(name) {
  const line = element('span', 'fault');
  line.dataset.of = name;
  line.setAttribute('role', 'alert');
  return line;
}

function tagsField(view, draft) {
  const box = element('div', 'field'), list = element('ul', 'chips'), label = element('label', '', 'Tags'), input = element('input');
  const paint = () => list.replaceChildren(...draft.tags.map((tag) => {
    const item = element('li', 'chip', tag);
    item.append(button('off', `Remove tag ${tag}`, () => { draft.tags = draft.tags.filter((one) => one !== tag); paint(); input.focus(); }, 'no'));
    return item;
  }));
  const add = () => {
    for (const tag of input.value.split(',').map((one) => one.trim()).filter(Boolean)) if (!draft.tags.includes(tag)) draft.tags.push(tag);
    input.value = '';
    paint();
  };
  input.placeholder = 'Type a tag, then Enter';
  input.name = 'tags';
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && input.value.trim()) { event.preventDefault(); add(); }
    if (event.key === 'Backspace' && !input.value && draft.tags.length) { draft.tags.pop(); paint(); }
  });
  input.addEventListener('change', add);
  label.append(input);
  offers(view, input, '/data/v1/facets/tag');
  paint();
  box.append(label, list, fault('tags'));
  return box;
}

function attributesField(view, draft) {
  const box = element('fieldset', 'field'), rows = element('div', 'rows');
  const paint = () => rows.replaceChildren(...draft.attributes.map((one, at) => attributeRow(view, draft, one, at, paint)));
  box.append(element('legend', '', 'Attributes'), rows, fault('attributes'));
  box.append(button('link', 'Add an attribute', () => {
    draft.attributes.push({ name: '', value: '' });
    paint();
    rows.lastChild?.querySelector('input').focus();
  }));
  paint();
  return box;
}

function attributeRow(view, draft, one, at, paint) {
  const row = element('div', 'row'), value = element('input');
  if (one.known) row.append(element('span', 'name', one.name));
  else {
    const name = element('input');
    name.value = one.name;
    name.placeholder = 'Name';
    name.setAttribute('aria-label', `Name of attribute ${at + 1}`);
    name.addEventListener('input', () => { one.name = name.value; });
    row.append(name);
    offers(view, name, '/data/v1/facets/attribute');
  }
  value.value = one.value;
  value.placeholder = 'Value';
  value.setAttribute('aria-label', one.known ? one.name : `Value of attribute ${at + 1}`);
  value.addEventListener('input', () => { one.value = value.value; });
  row.append(value, button('off', `Remove ${one.name || `attribute ${at + 1}`}`, () => { draft.attributes.splice(at, 1); paint(); }, 'no'));
  return row;
}

function foot(view, draft) {
  const box = element('div', 'foot'), save = button('primary', 'Save');
  save.type = 'submit';
  box.append(element('div', 'told'), save, button('', 'Discard', () => closeEdit(view, true)));
  box.querySelector('.told').setAttribute('role', 'alert');
  view.root.querySelector('form.edit').onsubmit = (event) => { event.preventDefault(); saveEdit(view, draft); };
  return box;
}

const isNumber = (text) => text.trim() !== '' && Number.isFinite(Number(text));

// What was a number stays one where it can, what is new and looks like one is one: numbers are found by ranges.
function typed(text, before) {
  if (before !== undefined && String(before) === text) return before;
  const clean = text.trim();
  if (clean === '') return null;
  return isNumber(clean) && typeof before !== 'string' ? Number(clean) : clean;
}

function changes(draft) {
  const body = {}, { base } = draft, now = {};
  for (const [name] of FIELDS) if (draft[name].trim() !== (base[name] || '')) body[name] = draft[name].trim() || null;
  if (JSON.stringify(draft.tags) !== JSON.stringify(base.tags)) body.tags = draft.tags;
  for (const { name, value } of draft.attributes) if (name.trim()) now[name.trim()] = typed(value, base.attributes[name]);
  for (const name of Object.keys(base.attributes)) if (!(name in now)) now[name] = null;
  const differ = Object.entries(now).filter(([name, value]) => value !== (base.attributes[name] ?? null));
  if (differ.length) body.attributes = Object.fromEntries(differ);
  return body;
}

function doubts(draft) {
  // A number that is about to become words: said once; saved again it is meant so.
  const odd = draft.attributes.filter(({ name, value }) => typeof draft.base.attributes[name] === 'number' && value.trim() && !isNumber(value));
  const words = odd.map(({ name }) => name).join(', ');
  if (!words || draft.doubted === words) return null;
  draft.doubted = words;
  return `${words}: this was a number. As text it is not found by ranges. Save again to keep it.`;
}

// Others may have changed the same field since it was opened: told with both values, saved over only by a second click.
function overlap(draft, body, fresh) {
  const names = [...FIELDS.map(([name, words]) => [name, words]), ['tags', 'Tags']].filter(([name]) => name in body);
  const told = names.filter(([name]) => JSON.stringify(fresh[name] ?? null) !== JSON.stringify(draft.base[name] ?? null))
    .map(([name, words]) => `${words} is now “${[].concat(fresh[name] ?? 'empty').join(', ') || 'empty'}”`);
  for (const name of Object.keys(body.attributes || {})) {
    const [now, then] = [fresh.attributes[name] ?? null, draft.base.attributes[name] ?? null];
    if (now !== then) told.push(`${name} is now “${now ?? 'empty'}”`);
  }
  if (!told.length) return null;
  draft.base = { title: fresh.title, sku: fresh.sku, category: fresh.category, tags: fresh.tags, attributes: fresh.attributes };
  return `Somebody changed this meanwhile: ${told.join('; ')}. Save again to use yours.`;
}

async function saveEdit(view, draft) {
  const { id } = view, form = view.root.querySelector('form.edit'), told = form.querySelector('.told'), save = form.querySelector('.primary');
  const typing = form.querySelector('[name=tags]');
  if (typing.value.trim()) typing.dispatchEvent(new Event('change'));
  form.querySelectorAll('.fault').forEach((line) => { line.textContent = ''; });
  const body = changes(draft);
  if (!Object.keys(body).length) { closeEdit(view, true); return; }
  told.textContent = doubts(draft) || '';
  if (told.textContent) return;
  save.disabled = true;
  save.textContent = 'Saving';
  try {
    const { image } = await ask(`/detail/${id}`);
    told.textContent = overlap(draft, body, image) || '';
    if (told.textContent) return;
    const { version } = await ask(`/data/v1/images/${id}`, { method: 'PATCH', body });
    view.drafts.delete(id);
    forgetDraft(view, id);
    noted(view, id, version);
    if (view.id === id) { closeEdit(view, true); say(view, 'Saved'); await load(view, id, true); }
  } catch (problem) {
    told.textContent = problem.message;
    for (const [name, words] of Object.entries(problem.fields || {})) {
      const line = form.querySelector(`.fault[data-of="${CSS.escape(name.split('.')[0])}"]`);
      if (line) line.textContent = words;
    }
  } finally {
    save.disabled = false;
    save.textContent = 'Save';
  }
}

async function trash(view, back) {
  const { id } = view, here = `/data/v1/images/${id}`;
  await writing(view, id, async () => {
    const { version } = await ask(back ? `${here}/restore` : here, { method: back ? 'POST' : 'DELETE' });
    view.gone.has(id) ? view.gone.delete(id) : view.gone.add(id); // there and back again changes no list
    say(view, back ? 'Restored' : 'Moved to the trash', back ? null : ['Undo', () => trash(view, true)]);
    return version;
  }, (problem) => say(view, problem.message, ['Try again', () => trash(view, back)], true));
}

async function everyCollection() {
  const items = [];
  let after = '';
  do {
    const answer = await ask(`/data/v1/collections?limit=200${after}`);
    items.push(...answer.items);
    after = answer.next_cursor && `&cursor=${encodeURIComponent(answer.next_cursor)}`;
  } while (after);
  return items;
}

async function openCollect(view) {
  const box = view.root.querySelector('.collect'), opening = box.hidden;
  box.hidden = !opening;
  view.root.querySelector('.act-collect').setAttribute('aria-expanded', String(opening));
  if (!opening) return;
  const form = element('form', 'add'), input = element('input'), list = element('datalist'), add = button('small primary', 'Add');
  input.placeholder = 'Choose a collection or type a new name';
  input.setAttribute('aria-label', 'Collection');
  input.maxLength = 200;
  list.id = 'px-collections';
  input.setAttribute('list', list.id);
  add.type = 'submit';
  form.append(input, list, add);
  box.replaceChildren(form);
  input.focus();
  let known = [];
  const names = everyCollection().then((items) => {
    known = items.filter((one) => view.may.delete || one.created_by === view.me); // others' are not theirs to fill
    list.replaceChildren(...known.map((one) => Object.assign(element('option'), { value: one.name })));
  });
  names.catch((problem) => say(view, problem.message, null, true));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const name = input.value.trim(), { id } = view;
    if (!name || add.disabled) return;
    add.disabled = true;
    try {
      await names;
      const target = known.find((one) => one.name === name) || (await post('/data/v1/collections', { name }));
      const { version } = await post(`/data/v1/collections/${target.id}/images`, { image_ids: [id] });
      say(view, `Added to ${name}`);
      if (view.id === id && !box.hidden) openCollect(view);
      noted(view, id, version);
      await load(view, id, true);
    } catch (problem) { say(view, problem.message, null, true); } finally { add.disabled = false; }
  });
}
