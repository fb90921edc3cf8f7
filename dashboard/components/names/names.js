// The names of labels: table, changes that wait in this tab until they are saved, versions and the way back.

function keep(view) { try { sessionStorage.setItem(view.kept, JSON.stringify({ base: view.known?.version, changes: view.changes })); } catch { /* then a reload loses them */ } }

async function refresh(view, version) {
  view.known = await taxonomy(version);
  view.shownAs = new Map(view.known.labels.map((label) => [label.name, label.shown]));
  view.carried = new Map(view.known.labels.map((label) => [label.name, label.count]));
  for (const [name, rule] of Object.entries(view.changes)) if (!view.shownAs.has(name) || sameRule(rule, canonical(name, view.known.rules[name]))) delete view.changes[name];
  keep(view);
  view.at('#px-shown').replaceChildren(...[...new Set(view.shownAs.values())].filter(Boolean).map((value) => Object.assign(element('option'), { value })));
  table(view);
  draftBar(view);
  await versions(view);
}

async function start(view) {
  const place = view.at('.place');
  place.replaceChildren(element('div', 'skeleton'));
  try {
    await refresh(view);
    if (!view.known.labels.length) note(place, 'No names yet', 'Names come with the first pictures.');
    if (view.base !== undefined && view.base !== view.known.version && Object.keys(view.changes).length) {
      const said = view.at('.conflict');
      said.hidden = false;
      said.textContent = `Since you began, ${view.known.by} saved version ${view.known.version}. Your changes stay and would come on top.`;
    }
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    troubleNote(place, trouble, () => start(view));
  }
}

async function versions(view, cursor) {
  const place = view.at('.history');
  const { items, next_cursor: more } = await ask(`/v1/taxonomy/versions?limit=11${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
  if (!cursor) place.replaceChildren(...(items.length ? [element('h2', '', 'Versions')] : []));
  place.querySelector('.more')?.remove();
  place.append(...items.map((one, at) => {
    const older = items[at + 1];
    // The rules before the last one listed are not known here, unless it is the first of all.
    const before = older ? older.rules : one.version === 1 || (!more && at === items.length - 1) ? {} : null;
    return versionRow(view, one, before);
  }));
  if (more) place.append(button('Show older', 'more', () => versions(view, more)));
  else if (items.length) place.append(versionRow(view, { version: 0, rules: {}, note: 'No rules: as the recogniser says', by: '', at: null }, null));
}

function versionRow(view, one, before) {
  const row = element('div', 'version'), told = element('div');
  const title = element('b', '', `Version ${one.version}`);
  told.append(title);
  if (one.note) told.append(element('span', '', one.note));
  if (one.at) {
    const by = element('span', 'soft', `${one.by}, `);
    by.append(when(one.at));
    told.append(by);
  }
  const changed = before && Object.keys({ ...before, ...one.rules }).filter((name) => !sameRule(canonical(name, before[name]), canonical(name, one.rules[name])));
  if (changed?.length) told.append(element('span', 'soft', changed.slice(0, 4).map((name) => ruleWords(name, canonical(name, one.rules[name]))).join('; ') + (changed.length > 4 ? `; and ${changed.length - 4} more` : '')));
  row.append(told);
  if (one.version === view.known.version) row.append(element('span', 'mark', 'Holds now'));
  else row.append(Object.assign(button('Roll back to this', '', () => preview(view, one)), { ariaLabel: `Roll back to version ${one.version}` }));
  return row;
}

function build(root, data) {
  const at = (selector) => root.querySelector(selector);
  const view = { root, at, kept: `px-names:${data.person}`, changes: {}, only: 'all', q: data.q || '', page: 0 };
  try {
    const { base, changes } = JSON.parse(sessionStorage.getItem(view.kept));
    Object.assign(view, { base, changes: changes || {} });
  } catch { /* nothing was kept */ }
  let timer;
  at('.find').oninput = () => {
    clearTimeout(timer);
    timer = setTimeout(() => { view.q = at('.find').value.trim(); view.page = 0; if (view.known) table(view); }, 80);
  };
  at('.look').onclick = () => preview(view);
  at('.drop').onclick = () => { view.changes = {}; keep(view); hideEffect(view); table(view); draftBar(view); };
  return view;
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector('.px-names');
  const fresh = !root.pixplore; // with the element, not with this module: Streamlit may load it twice
  const view = (root.pixplore ??= build(root, data));
  Object.assign(view, { href: data.href, admin: data.admin, person: data.person });
  if (fresh) start(view);
}
