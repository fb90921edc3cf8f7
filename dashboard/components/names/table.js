// The recogniser's names, a page at a time: what each is shown as, whether it is hidden, from which confidence it counts.
const PAGE = 50;
const ONLY = [['all', 'All'], ['changed', 'With a rule'], ['draft', 'Not saved'], ['used', 'On pictures']];

const canonical = (name, rule) => {
  const kept = {};
  if (rule?.to && rule.to !== name) kept.to = rule.to;
  if (rule?.hidden) kept.hidden = true;
  if (rule?.threshold) kept.threshold = rule.threshold;
  return kept;
};
const sameRule = (a, b) => (a.to || '') === (b.to || '') && Boolean(a.hidden) === Boolean(b.hidden) && (a.threshold || 0) === (b.threshold || 0);
const ruleOf = (view, name) => view.changes[name] || canonical(name, view.known.rules[name]);

function ruleWords(name, rule) {
  const said = [];
  if (rule.hidden) said.push('hidden');
  if (rule.to) said.push(`shown as “${rule.to}”`);
  if (rule.threshold) said.push(`from ${percent(rule.threshold)} on`);
  return `“${name}” ${said.join(', ') || 'as the recogniser says'}`;
}

function change(view, name, part) {
  const rule = canonical(name, { ...ruleOf(view, name), ...part });
  if (sameRule(rule, canonical(name, view.known.rules[name]))) delete view.changes[name];
  else view.changes[name] = rule;
  keep(view);
  hideEffect(view);
  draftBar(view);
}

function wanted(view) {
  const words = view.q.toLowerCase();
  return view.known.labels.filter((label) => {
    if (view.only === 'changed' && !view.known.rules[label.name] && !view.changes[label.name]) return false;
    if (view.only === 'draft' && !view.changes[label.name]) return false;
    if (view.only === 'used' && !view.carried.get(label.shown)) return false;
    return !words || label.name.toLowerCase().includes(words) || (ruleOf(view, label.name).to || '').toLowerCase().includes(words);
  });
}

function table(view) {
  const { at } = view, found = wanted(view), last = Math.max(0, Math.ceil(found.length / PAGE) - 1);
  view.page = Math.min(view.page, last);
  const rows = found.slice(view.page * PAGE, (view.page + 1) * PAGE);
  at('.total').textContent = words(found.length, 'name');
  at('.modes').replaceChildren(...ONLY.map(([only, text]) => {
    const made = button(text, '', () => { view.only = only; view.page = 0; table(view); });
    made.setAttribute('aria-pressed', String(view.only === only));
    return made;
  }));
  if (!rows.length) { at('.table').replaceChildren(); note(at('.place'), 'No such name', view.only === 'all' ? 'The recogniser has not used a name like this.' : 'None with this search. Look among all of them.'); }
  else {
    at('.place').replaceChildren();
    const made = element('table'), head = element('tr');
    head.append(...['Recogniser’s name', 'Pictures', 'Shown as', 'From %', 'Hidden'].map((text) => Object.assign(element('th', '', text), { scope: 'col' })));
    const top = element('thead'), body = element('tbody');
    top.append(head);
    body.append(...rows.map((label) => row(view, label)));
    made.append(top, body);
    at('.table').replaceChildren(made);
  }
  const step = (text, to, off) => Object.assign(button(text, '', () => { view.page = to; table(view); at('.find').scrollIntoView({ block: 'nearest' }); }), { disabled: off });
  at('.pages').replaceChildren(...(last ? [step('Previous', view.page - 1, !view.page), element('span', '', `Page ${view.page + 1} of ${last + 1}`), step('Next', view.page + 1, view.page === last)] : []));
}

function row(view, { name, parents }) {
  const made = element('tr'), first = element('th'), cells = [first, ...Array.from({ length: 4 }, () => element('td'))];
  const rule = () => ruleOf(view, name);
  const to = element('input'), least = element('input'), hidden = element('input');
  first.scope = 'row';
  first.append(element('b', '', name));
  if (parents.length) first.append(element('span', 'soft', parents.join(' › ')));
  const shown = view.shownAs.get(name);
  cells[1].textContent = (shown ? view.carried.get(shown) || 0 : 0).toLocaleString('en');
  Object.assign(to, { type: 'text', maxLength: 200, value: rule().to || '', placeholder: name, autocomplete: 'off' });
  to.setAttribute('list', 'px-shown');
  to.setAttribute('aria-label', `${name}: shown as`);
  Object.assign(least, { type: 'number', min: 0, max: 100, step: 0.1, value: rule().threshold || '', placeholder: '–' });
  least.setAttribute('aria-label', `${name}: from percent`);
  Object.assign(hidden, { type: 'checkbox', checked: Boolean(rule().hidden) });
  hidden.setAttribute('aria-label', `${name}: hidden`);
  const paint = () => made.classList.toggle('new', Boolean(view.changes[name]));
  const set = (part) => { change(view, name, part); paint(); };
  to.oninput = () => set({ to: to.value.trim() });
  least.oninput = () => set({ threshold: Math.min(100, Math.max(0, Math.round(10 * (least.valueAsNumber || 0)) / 10)) });
  hidden.onchange = () => set({ hidden: hidden.checked });
  [to, least, hidden].forEach((field, at) => cells[at + 2].append(field));
  ['Recogniser’s name', 'Pictures', 'Shown as', 'From %', 'Hidden'].forEach((text, at) => { cells[at].dataset.head = text; });
  made.append(...cells);
  paint();
  return made;
}

function draftBar(view) {
  const names = Object.keys(view.changes), bar = view.at('.draft');
  bar.hidden = !names.length;
  bar.querySelector('strong').textContent = `${words(names.length, 'change')} not saved yet`;
}
