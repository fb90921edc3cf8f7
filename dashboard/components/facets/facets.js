
// The filter panel. Python owns the state (it is the page's address); here only what is folded, typed and not yet sent.
const panels = new WeakMap();
const SHOWN = 8;
const ICON = {
  all: '<path d="M8 3v10M3 8h10"/>',
  any: '<circle cx="5.9" cy="8" r="3.9"/><circle cx="10.1" cy="8" r="3.9"/>',
  not: '<path d="M3 8h10"/>',
};
const SIGN = Object.fromEntries(Object.entries(ICON).map(([mode, path]) => {
  const made = document.createElement('template');
  made.innerHTML = `<svg viewBox="0 0 16 16" fill="none" stroke-width="1.9" stroke-linecap="round" aria-hidden="true">${path}</svg>`;
  return [mode, made.content.firstElementChild];
}));
const SAY = { all: 'Include', any: 'Any of:', not: 'Exclude' };
const TITLE = { all: 'Include: pictures must have it', any: 'Any of: one of the values chosen this way is enough', not: 'Exclude: pictures must not have it' };
const SWATCH = { grey: '#8a8f98', gray: '#8a8f98', multicolour: 'conic-gradient(red, yellow, lime, aqua, blue, magenta, red)' };

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.filter((c) => c !== null && c !== undefined && c !== false));
  return made;
}

function valueRow(panel, group, row, most) {
  const spoken = row.value === '__unset__' ? `no ${group.title.toLowerCase()}` : row.text;
  const set = (mode) => panel.send('change', { name: group.name, value: row.value, mode: row.mode === mode ? null : mode });
  const main = group.modes[0];
  const modes = element('span', { class: 'modes', role: 'group', 'aria-label': `How to use ${spoken}` });
  for (const mode of group.modes) {
    const button = element('button', {
      type: 'button', 'data-mode': mode, 'aria-label': `${SAY[mode]} ${spoken}`, 'aria-pressed': String(row.mode === mode), title: TITLE[mode], onclick: () => set(mode),
    });
    button.append(SIGN[mode].cloneNode(true));
    modes.append(button);
  }
  const swatch = group.swatches && row.value !== '__unset__' ? element('span', { class: 'swatch', 'aria-hidden': 'true' }) : null;
  if (swatch) swatch.style.background = SWATCH[row.value.toLowerCase()] || row.value.toLowerCase();
  const item = element('li', { class: row.value === '__unset__' ? 'unset' : null, 'data-mode': row.mode, 'data-value': row.value },
    element('button', { type: 'button', class: 'name', 'aria-pressed': String(Boolean(row.mode)), title: row.text, onclick: () => set(row.mode || main) },
      swatch, element('span', { class: 'text' }, row.text), element('span', { class: 'n' }, row.count === null ? '' : row.count.toLocaleString('en'))),
    modes);
  item.style.setProperty('--modes', group.modes.length);
  item.style.setProperty('--share', most && row.count ? Math.max(1.5, (100 * row.count) / most) : 0);
  return item;
}

function fillValues(panel, group, body) {
  const memory = panel.memory[group.name] ||= { typed: '', all: false };
  const typed = memory.typed.trim().toLowerCase();
  const found = panel.found && panel.found.name === group.name && panel.found.prefix === memory.typed.trim() ? panel.found.values : null;
  let rows = typed ? found || group.values.filter((row) => row.text.toLowerCase().includes(typed)) : group.values;
  const most = Math.max(...group.values.map((row) => row.count || 0), 1);
  const hidden = typed || memory.all ? 0 : Math.max(0, rows.length - SHOWN);
  // Values in use stay in sight, however rare.
  if (hidden) rows = rows.filter((row, at) => at < SHOWN || row.mode);
  const list = element('ul', {}, ...rows.map((row) => valueRow(panel, group, row, most)));
  if (!typed && group.unset) list.append(valueRow(panel, group, group.unset, most));
  const parts = [list];
  if (!rows.length && typed) parts.push(element('p', { class: 'hint' }, found ? 'Nothing begins with that.' : 'Searching…'));
  if (!rows.length && !typed && !group.unset) parts.push(element('p', { class: 'hint' }, 'No value among these pictures.'));
  if (hidden > 0) parts.push(element('button', { type: 'button', class: 'more', onclick: () => { memory.all = true; fillValues(panel, group, body); } }, `Show ${hidden} more`));
  else if (memory.all && !typed && group.values.length > SHOWN) parts.push(element('button', { type: 'button', class: 'more', onclick: () => { memory.all = false; fillValues(panel, group, body); } }, 'Show fewer'));
  if (!typed && !hidden && group.distinct > group.values.length) parts.push(element('p', { class: 'hint' }, `${(group.distinct - group.values.length).toLocaleString('en')} more: search for them above`));
  body.querySelector('.list').replaceChildren(...parts);
}

function values(panel, group) {
  const body = element('div', { class: 'body' });
  const memory = panel.memory[group.name] ||= { typed: '', all: false };
  if (group.distinct > SHOWN || memory.typed) {
    const input = element('input', { class: 'find', type: 'search', 'aria-label': `Search in ${group.title.toLowerCase()}`, placeholder: `Search ${group.title.toLowerCase()}`, 'data-find': group.name });
    input.value = memory.typed;
    input.addEventListener('input', () => {
      memory.typed = input.value;
      fillValues(panel, group, body);
      clearTimeout(panel.wait);
      const prefix = input.value.trim();
      const far = group.distinct > group.values.length;
      if (far || panel.found) panel.wait = setTimeout(() => panel.send('find', { name: group.name, prefix: far ? prefix : '' }), 180);
    });
    body.append(input);
  }
  body.append(element('div', { class: 'list' }));
  fillValues(panel, group, body);
  return body;
}

function pairOfFields(panel, group, type) {
  const field = (end, label) => {
    const input = element('input', { class: 'field', type, 'aria-label': `${group.title}: ${label.toLowerCase()}`, placeholder: group[`${end}_hint`] ?? '', step: type === 'number' ? 'any' : null });
    input.value = group[end] ?? '';
    const send = () => { if (input.value !== (group[end] ?? '')) panel.send('range', { name: group.name, from: end === 'from' ? input.value : group.from ?? '', to: end === 'to' ? input.value : group.to ?? '' }); };
    input.addEventListener('keydown', (event) => event.key === 'Enter' && send());
    // A date is sent when it is chosen or left: while it is typed the year passes through 0002.
    input.addEventListener(type === 'date' ? 'blur' : 'change', send);
    return element('label', {}, label, input);
  };
  const ends = group.ends || ['from', 'to'];
  const body = element('div', { class: 'body' }, element('div', { class: 'pair' }, ...ends.map((end) => field(end, end === 'from' ? group.from_label || 'From' : group.to_label || 'To'))));
  if (group.quick) body.append(element('div', { class: 'quick' }, ...group.quick.map((quick) => element('button', {
    type: 'button', 'aria-pressed': String(quick.from === group.from && !group.to),
    onclick: () => panel.send('range', { name: group.name, from: quick.from === group.from ? '' : quick.from, to: '' }),
  }, quick.label))));
  return body;
}

function slider(panel, group, output) {
  const box = element('div', { class: 'slider' }, element('i', { 'aria-hidden': 'true' }));
  const span = group.high - group.low;
  const show = () => {
    const [a, b] = [...box.querySelectorAll('input')].map((input) => Number(input.value));
    box.style.setProperty('--a', (100 * (a - group.low)) / span);
    box.style.setProperty('--b', (100 * (b - group.low)) / span);
    output.textContent = `${a}–${b} %`;
  };
  for (const [end, label] of [['from', 'At least'], ['to', 'At most']]) {
    const input = element('input', { type: 'range', min: group.low, max: group.high, step: 1, 'aria-label': `${group.title}: ${label.toLowerCase()}` });
    input.value = group[end];
    input.addEventListener('input', () => {
      const [a, b] = box.querySelectorAll('input');
      if (Number(a.value) > Number(b.value)) input.value = input === a ? b.value : a.value;
      show();
    });
    // Keys change the value step by step: one question to the server when they rest, not one a step.
    input.addEventListener('change', () => {
      clearTimeout(panel.slide);
      panel.slide = setTimeout(() => {
        const [a, b] = box.querySelectorAll('input');
        panel.send('range', { name: group.name, from: a.value, to: b.value });
      }, 220);
    });
    box.append(input);
  }
  show();
  return element('div', { class: 'body' }, box, element('div', { class: 'ends', 'aria-hidden': 'true' }, element('span', {}, `${group.low} %`), element('span', {}, `${group.high} %`)), element('p', { class: 'hint' }, group.hint));
}

function paint(panel, data) {
  panel.found = data.found;
  const root = panel.root.querySelector('.groups');
  const active = panel.root.getRootNode().activeElement;
  // What has the keyboard keeps it: the panel is painted anew after each answer.
  const held = active && panel.root.contains(active) ? { group: active.closest('details')?.dataset.group, value: active.closest('li')?.dataset.value, mode: active.dataset.mode, find: active.dataset.find, label: active.getAttribute('aria-label'), at: active.selectionStart } : null;
  root.replaceChildren(...data.groups.map((group) => {
    const folded = panel.folded[group.name] ?? !(group.open || group.used);
    const output = group.kind === 'slider' ? element('output', {}) : null;
    const summary = element('summary', {}, group.title, group.used ? element('span', { class: 'badge', 'aria-label': `${group.used} in use` }, String(group.used)) : null,
      group.kind === 'values' && group.distinct > 1 ? element('span', { class: 'of' }, group.distinct.toLocaleString('en')) : null, output);
    const body = () => group.kind === 'slider' ? slider(panel, group, output) : group.kind === 'values' ? values(panel, group) : pairOfFields(panel, group, group.kind === 'dates' ? 'date' : 'number');
    // What is folded is made when it is opened first: most groups never are.
    const box = element('details', { 'data-group': group.name, open: !folded }, summary, folded ? null : body());
    summary.addEventListener('click', () => { if (!box.querySelector('.body')) box.append(body()); });
    box.addEventListener('toggle', () => { panel.folded[group.name] = !box.open; });
    return box;
  }));
  if (!held) return;
  const group = [...root.querySelectorAll('details')].find((each) => each.dataset.group === held.group);
  if (!group) return;
  let again = null;
  if (held.find) again = group.querySelector('[data-find]');
  else if (held.value !== undefined) {
    const row = [...group.querySelectorAll('li')].find((each) => each.dataset.value === held.value);
    again = row && (held.mode ? row.querySelector(`.modes [data-mode="${held.mode}"]`) : row.querySelector('.name'));
  } else if (held.label) again = [...group.querySelectorAll('input,button')].find((each) => each.getAttribute('aria-label') === held.label);
  (again || group.querySelector('summary')).focus({ preventScroll: true });
  if (held.find && again) again.setSelectionRange(held.at, held.at);
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector('.px-facets');
  let panel = panels.get(root);
  if (!panel) { panel = { root, memory: {}, folded: {}, found: null }; panels.set(root, panel); }
  panel.send = setTriggerValue;
  paint(panel, data);
}
