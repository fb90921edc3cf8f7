
// A group of values to choose from, as a list or as a tree of parents and children.
const SIGN = { all: icon('<path d="M8 3v10M3 8h10"/>'), any: icon('<circle cx="5.9" cy="8" r="3.9"/><circle cx="10.1" cy="8" r="3.9"/>'), not: icon('<path d="M3 8h10"/>') };
const SAY = { all: 'Include', any: 'Any of:', not: 'Exclude' };
const TITLE = { all: 'Include: pictures must have it (key I)', any: 'Any of: one of the values chosen this way is enough (key A)', not: 'Exclude: pictures must not have it (key X)' };
const KEYS = { i: 'all', a: 'any', x: 'not' };
const SWATCH = { grey: '#8a8f98', gray: '#8a8f98', brown: '#8b5a2b', green: '#2f9e44', blue: '#2563eb', red: '#dc2626', yellow: '#facc15', pink: '#f48fb1', purple: '#7e3fb5', orange: '#f97316', cyan: '#22b8cf', black: '#16181d',
  multicolour: 'conic-gradient(red, yellow, lime, aqua, blue, magenta, red)' };

function textOf(spec, row) {
  if (row.value === NONE) return `No ${spec.one}`;
  if (spec.titled) return row.title || spec.texts[row.value] || `${spec.one} ${row.value.slice(0, 8)}`;
  return spec.texts?.[row.value] || (spec.swatches ? row.value.charAt(0).toUpperCase() + row.value.slice(1) : row.value);
}

function choose(panel, group, value, mode) {
  const now = usedOf(panel.filters, group.spec).get(value) ?? null;
  change(panel, used(panel.filters, group.spec, value, now === mode ? null : mode));
}

function newRow(panel, group, row) {
  const { spec } = group, modes = Object.keys(spec.parameters), spoken = textOf(spec, row);
  const value = row.value;
  const set = (mode) => choose(panel, group, value, mode);
  const bar = element('span', { class: 'modes', role: 'group', 'aria-label': `How to use ${spoken}` });
  for (const mode of modes) {
    const button = element('button', { type: 'button', 'data-mode': mode, 'aria-label': `${SAY[mode]} ${spoken}`, title: TITLE[mode], tabindex: -1, onclick: () => set(mode) });
    button.append(SIGN[mode].cloneNode(true));
    bar.append(button);
  }
  const swatch = spec.swatches && value !== NONE ? element('span', { class: 'swatch', 'aria-hidden': 'true' }) : null;
  if (swatch) swatch.style.background = SWATCH[value.toLowerCase()] || value.toLowerCase();
  const name = element('button', { type: 'button', class: 'name', title: spoken, tabindex: -1, 'aria-keyshortcuts': modes.includes('all') ? 'i a x' : 'i x',
    onclick: () => set(usedOf(panel.filters, spec).get(value) ?? modes[0]) }, swatch, element('span', { class: 'text' }, spoken), element('span', { class: 'n' }));
  const fold = row.depth === undefined ? null : element('button', { type: 'button', class: 'fold', tabindex: -1, onclick: () => unfold(group, row.key) });
  const item = element('li', { class: value === NONE ? 'unset' : null, 'data-value': value }, fold, name, bar);
  item.style.setProperty('--modes', modes.length);
  item.px = { name, fold, bar, key: row.key, value };
  return item;
}

function paintRow(item, group, row, mode, most) {
  const { name, fold, bar } = item.px;
  mark(item, 'data-mode', mode);
  mark(name, 'aria-pressed', String(Boolean(mode)));
  write(name.querySelector('.n'), row.count === null ? '' : shown(row.count));
  for (const button of bar.children) mark(button, 'aria-pressed', String(button.dataset.mode === mode));
  item.style.setProperty('--share', most > 1 && row.count ? Math.max(1.5, (100 * row.count) / most) : 0);
  if (!fold) return;
  item.style.setProperty('--depth', row.depth);
  fold.classList.toggle('leaf', !row.children);
  fold.disabled = !row.children;
  mark(fold, 'aria-expanded', row.children ? String(row.open) : null);
  mark(fold, 'aria-label', row.children ? `Labels below ${textOf(group.spec, row)}` : null);
  mark(fold, 'aria-hidden', row.children ? null : 'true');
}

function unfold(group, key, open = !group.unfolded.has(key)) {
  if (open) group.unfolded.add(key); else group.unfolded.delete(key);
  group.paint();
}

// Which rows are to be seen, top to bottom.
function listed(panel, group) {
  const { spec, answer } = group, typed = group.typed.trim().toLowerCase(), inUse = usedOf(panel.filters, spec);
  let rows = answer ? answer.values : [];
  if (typed) {
    const found = group.found?.prefix === group.typed.trim() ? group.found.values : null;
    return (found || rows.filter((row) => textOf(spec, row).toLowerCase().includes(typed))).slice(0, MANY).map((row) => ({ ...row, key: row.value }));
  }
  const known = new Set(rows.map((row) => row.value));
  // A value in use that no picture of this result has (an excluded one, mostly) stays in reach.
  rows = [...rows, ...[...inUse.keys()].filter((value) => value !== NONE && !known.has(value)).map((value) => ({ value, count: null, parents: [] }))];
  const out = group.tree ? treeOf(group, rows, inUse) : rows.filter((row, at) => at < group.limit || inUse.has(row.value)).map((row) => ({ ...row, key: row.value }));
  const unset = answer?.unset || 0;
  if (inUse.has(NONE) || unset) out.push({ value: NONE, key: NONE, count: unset, depth: group.tree ? 0 : undefined });
  return out;
}

// Parents with their children. A label's direct parents are those of its ancestors that no other of them comes from.
function treeOf(group, rows, inUse) {
  const by = new Map(rows.map((row) => [row.value, row])), below = new Map(), tops = [];
  for (const row of rows) {
    const ups = (row.parents || []).filter((up) => by.has(up));
    const direct = ups.filter((up) => !ups.some((other) => other !== up && (by.get(other).parents || []).includes(up)));
    if (!direct.length) tops.push(row);
    for (const up of direct) below.set(up, [...(below.get(up) || []), row]);
  }
  if (!group.opened && rows.length) {  // what is chosen is in sight from the start
    group.opened = true;
    for (const value of inUse.keys()) for (const up of by.get(value)?.parents || []) group.unfolded.add(up);
  }
  const out = [];
  const add = (row, depth, above) => {
    const children = below.get(row.value) || [], key = depth ? `${above}\n${row.value}` : row.value;
    const open = children.length > 0 && (group.unfolded.has(key) || group.unfolded.has(row.value));
    out.push({ ...row, key, depth, children: children.length, open });
    if (open && depth < 12) for (const child of children) add(child, depth + 1, key);
  };
  for (const row of tops) add(row, 0, '');
  return out;
}

function paintValues(panel, group) {
  const { spec, answer, list } = group;
  const rows = listed(panel, group), inUse = usedOf(panel.filters, spec);
  const most = Math.max(...rows.map((row) => row.count || 0), 1);
  const had = new Map([...list.children].map((item) => [item.px.key, item]));
  rows.forEach((row, at) => {
    let item = had.get(row.key);
    if (item && Boolean(item.px.fold) !== (row.depth !== undefined)) { item.remove(); item = null; }
    if (item && item.px.name.title !== textOf(spec, row)) { item.remove(); item = null; }  // its title came to be known
    item ||= newRow(panel, group, row);
    had.delete(row.key);
    if (list.children[at] !== item) list.insertBefore(item, list.children[at] || null);
    paintRow(item, group, row, inUse.get(row.value) ?? null, most);
  });
  for (const item of had.values()) item.remove();
  roam(list, list.querySelector('li.at') || list.firstElementChild);
  if (group.find) group.find.hidden = !(group.typed || (answer && answer.distinct > FEW));
  if (group.switch) for (const button of group.switch.children) mark(button, 'aria-pressed', String((button.dataset.as === 'tree') === group.tree));
  group.foot.replaceChildren(...footOf(panel, group, rows));
}

function footOf(panel, group, rows) {
  const { spec, answer } = group, typed = group.typed.trim();
  const hint = (text) => element('p', { class: 'hint' }, text);
  if (!answer) return Array.from({ length: 4 }, () => element('i', { class: 'bone', 'aria-hidden': 'true' }));
  if (typed) {
    if (rows.length) return group.found && group.found.distinct > rows.length ? [hint(`${shown(group.found.distinct - rows.length)} more: go on typing`)] : [];
    const seen = answer.values.length, all = answer.distinct <= seen;
    if (spec.titled && !all) return [hint(`Nothing like that among the ${shown(seen)} with most pictures.`)];  // known by ids, so only those here can be searched
    return [hint(group.found || all ? 'Nothing like that among these pictures.' : 'Searching…')];
  }
  if (!rows.length) return [hint('No value among these pictures.')];
  if (group.tree) return [hint(answer.distinct > answer.values.length ? `The ${shown(answer.values.length)} most used labels. Search for the others.` : 'Each label counts the pictures of the labels below it too.')];
  const out = [], rest = answer.distinct - Math.min(group.limit, answer.values.length);
  const step = (limit) => () => { group.limit = limit; if (limit > answer.values.length && answer.distinct > answer.values.length) refreshOne(panel, group); group.paint(); };
  if (rest > 0 && group.limit < MOST) out.push(element('button', { type: 'button', class: 'more', 'aria-label': `Show more ${spec.many}`, onclick: step(group.limit < MANY ? MANY : MOST) }, `Show ${shown(Math.min(rest, (group.limit < MANY ? MANY : MOST) - group.limit))} more`));
  else if (rest > 0) out.push(hint(`${shown(rest)} more: search for them above`));
  if (group.limit > FEW) out.push(element('button', { type: 'button', class: 'more', 'aria-label': `Show fewer ${spec.many}`, onclick: step(FEW) }, 'Show fewer'));
  return out;
}

// One stop for the Tab key a list: arrows move on from there.
function roam(list, item) {
  for (const each of list.children) {
    const here = each === item;
    each.classList.toggle('at', here);
    for (const button of each.querySelectorAll('.name, .modes button')) button.tabIndex = here ? 0 : -1;
  }
}

function onKey(panel, group, event) {
  const item = event.target.closest('li');
  if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
  const items = [...group.list.children], at = items.indexOf(item);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  const parameters = group.spec.parameters, mode = KEYS[event.key.toLowerCase()];
  if (to !== undefined) { const next = items[Math.max(0, Math.min(to, items.length - 1))]; roam(group.list, next); next.px.name.focus(); }
  else if (mode) choose(panel, group, item.px.value, parameters[mode] ? mode : mode === 'all' ? 'any' : mode);
  else if (['Delete', 'Backspace'].includes(event.key)) change(panel, used(panel.filters, group.spec, item.px.value, null));
  else if (group.tree && event.key === 'ArrowRight') unfold(group, item.px.key, true);
  else if (group.tree && event.key === 'ArrowLeft') {
    const open = item.px.fold?.getAttribute('aria-expanded') === 'true', up = item.px.key.split('\n').slice(0, -1).join('\n');
    if (open) { group.unfolded.delete(item.px.value); unfold(group, item.px.key, false); }
    else { const parent = items.find((each) => each.px.key === up); if (parent) { roam(group.list, parent); parent.px.name.focus(); } }
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

function valuesBody(panel, group) {
  const { spec } = group;
  group.list = element('ul', { 'aria-label': spec.title, onkeydown: (event) => onKey(panel, group, event), onfocusin: (event) => { const item = event.target.closest('li'); if (item) roam(group.list, item); } });
  group.foot = element('div', { class: 'foot' });
  group.find = element('input', { class: 'find', type: 'search', 'aria-label': `Search in ${spec.many}`, placeholder: `Search ${spec.many}`, autocomplete: 'off', hidden: true,
    oninput: () => { group.typed = group.find.value; search(panel, group); group.paint(); },
    onkeydown: (event) => {
      if (event.key === 'ArrowDown' && group.list.firstElementChild) { event.preventDefault(); group.list.firstElementChild.px.name.focus(); }
      if (event.key === 'Escape' && group.typed) { event.stopPropagation(); group.find.value = group.typed = ''; group.found = null; group.paint(); }
    } });
  if (spec.tree) {
    const view = (as, words) => element('button', { type: 'button', 'data-as': as, onclick: () => setTree(panel, group, as === 'tree') }, words);
    group.switch = element('div', { class: 'switch', role: 'group', 'aria-label': `Show ${spec.many} as` }, view('list', 'List'), view('tree', 'Tree'));
  }
  group.paint = () => paintValues(panel, group);
  return element('div', { class: 'body' }, element('div', { class: 'tools' }, group.find, group.switch), group.list, group.foot);
}

function setTree(panel, group, tree) {
  if (group.tree === tree) return;
  group.tree = tree;
  memory.keep('tree', { [group.spec.name]: tree });
  group.answer = group.answer && !tree ? { ...group.answer, values: group.answer.values.slice(0, Math.max(group.limit, FEW)) } : group.answer;
  group.paint();
  refreshOne(panel, group);
}
