
// The filter panel. Python owns the state (it is the page's address); a click shows at once here, and its counts come
// straight from the search API while the page's script is still on its way.
const panels = new WeakMap();
const BODY = { values: valuesBody, confidence: sliderBody, number: sliderBody, dates: datesBody, sides: sidesBody, more: moreBody };
const PATIENCE = 3000, HEAD_START = 150;
const narrow = window.matchMedia('(max-width: 767px)');

function show(panel, filters) {
  panel.filters = filters;
  panel.sent = { key: keyOf(filters), at: Date.now() };
  panel.root.dataset.sent = ''; // until the page's script has caught up
  keepPlace(panel, () => paintAll(panel));
  refresh(panel);
}

// The person changed something: shown now, told to the page, counted anew.
function change(panel, filters) {
  show(panel, filters);
  // A gallery that asks for the pictures itself gets them sooner while the page's script does not ask too.
  const ahead = !document.dispatchEvent(new CustomEvent('px-filters', { detail: filters, cancelable: true }));
  clearTimeout(panel.telling);
  panel.telling = setTimeout(() => panel.send('filters', panel.filters), ahead ? HEAD_START : 0);
  // A run of the page that began before it knew of this may win; said again, nothing is lost.
  clearTimeout(panel.unheard);
  panel.unheard = setTimeout(() => { if (panel.sent) panel.send('filters', panel.filters); }, PATIENCE);
}

function namesOf(spec) {
  return spec.kind === 'sides' ? spec.sides.flatMap((side) => [side.from, side.to]) : [...Object.values(spec.parameters || {}), ...(spec.from ? [spec.from, spec.to] : [])];
}

function paintAll(panel) {
  for (const group of panel.groups.values()) {
    const names = namesOf(group.spec), count = panel.filters.filter(([name]) => names.includes(name)).length;
    group.badge.hidden = !count;
    write(group.badge, String(count || ''));
    mark(group.badge, 'aria-label', count ? `${count} in use` : null);
    if (group.box.open) { make(panel, group); group.paint(); }
  }
  paintTotal(panel);
}

function paintTotal(panel) {
  const button = panel.root.querySelector('.done');
  write(button, panel.total === undefined ? 'Show pictures' : `Show ${shown(panel.total)} ${panel.total === 1 ? 'picture' : 'pictures'}`);
  for (const group of panel.groups.values()) {
    const distinct = group.spec.kind === 'values' && group.answeredFor === keyOf(panel.filters) ? group.answer.distinct : 0;
    write(group.of, distinct > 1 ? shown(distinct) : '');
  }
}

// What is folded is made when it is opened first: most groups never are.
function make(panel, group) {
  if (!group.box.querySelector('.body')) group.box.append(BODY[group.spec.kind](panel, group));
}

function newGroup(panel, spec) {
  const badge = element('span', { class: 'badge', hidden: true }), of = element('span', { class: 'of', 'aria-hidden': 'true' });
  const summary = element('summary', {}, element('span', { class: 'title' }, spec.title), badge, of);
  const box = element('details', { 'data-group': spec.name }, summary);
  const group = { spec, box, badge, of, limit: FEW, typed: '', found: null, unfolded: new Set(), tree: Boolean(spec.tree && memory.read('tree')[spec.name]), paint: () => {} };
  const inUse = panel.filters.some(([name]) => namesOf(spec).includes(name));
  box.open = memory.read('open')[spec.name] ?? (spec.open || inUse);
  box.addEventListener('toggle', () => {
    if (box.open === group.wasOpen) return;
    group.wasOpen = box.open;
    memory.keep('open', { ...memory.read('open'), [spec.name]: box.open });
    if (!box.open) return;
    make(panel, group);
    group.paint();
    if (group.answeredFor !== keyOf(panel.filters)) refreshOne(panel, group);
  });
  group.wasOpen = box.open;
  return group;
}

// The same groups stay the same elements, so that scroll, focus and what is typed stay too. Returns the new ones.
function arrange(panel, specs) {
  const root = panel.root.querySelector('.groups'), had = panel.groups;
  panel.groups = new Map(specs.map((spec) => {
    const old = had.get(spec.name);
    const group = old && old.spec.kind === spec.kind && old.spec.low === spec.low && old.spec.high === spec.high ? Object.assign(old, { spec }) : newGroup(panel, spec);
    return [spec.name, group];
  }));
  for (const [name, group] of had) if (panel.groups.get(name) !== group) group.box.remove();
  [...panel.groups.values()].forEach((group, at) => { if (root.children[at] !== group.box) root.insertBefore(group.box, root.children[at] || null); });
  return [...panel.groups.values()].filter((group) => had.get(group.spec.name) !== group);
}

// While lists grow and shrink, what the person is at stays under their hand and keeps the keyboard.
function keepPlace(panel, paint) {
  const held = panel.root.getRootNode().activeElement;
  const at = held && panel.root.contains(held) ? held : null;
  const before = at?.getBoundingClientRect().top;
  paint();
  if (!at?.isConnected) return;
  if (panel.root.getRootNode().activeElement !== at) at.focus({ preventScroll: true });
  const moved = at.getBoundingClientRect().top - before, scroller = panel.root.getRootNode().host?.closest('[data-testid="stSidebarContent"]');
  if (scroller && Math.abs(moved) > 1) scroller.scrollTop += moved;
}

function adopt(panel, data) {
  panel.sent = null;
  delete panel.root.dataset.sent;
  panel.filters = data.filters;
  panel.version = data.version;
  const fresh = arrange(panel, data.groups);
  keepPlace(panel, () => paintAll(panel));
  const stale = !panel.asked || panel.asked.key !== keyOf(panel.filters) || panel.writes !== data.writes
    || (panel.at !== data.at && Date.now() - panel.asked.at > PATIENCE);
  Object.assign(panel, { writes: data.writes, at: data.at });
  if (stale) refresh(panel);
  else for (const group of fresh.filter(isOpen)) refreshOne(panel, group);
}

// A chip above the gallery takes its filter back here, so that counts and pictures come as quickly as by a click.
// Without a filter named, all of them go, and the page is told by who asked: what it was told here last counts no more.
function takeBack(panel, event) {
  if (!panel.root.isConnected) return;
  if (!event.detail) {
    clearTimeout(panel.telling);
    clearTimeout(panel.unheard);
    show(panel, []);
    document.dispatchEvent(new CustomEvent('px-filters', { detail: [], cancelable: true }));
    return;
  }
  const rest = panel.filters.filter(([name, value]) => name !== event.detail.name || value !== event.detail.value);
  if (rest.length === panel.filters.length) return;
  event.preventDefault();
  change(panel, rest);
}

function begin(root) {
  const panel = { root, groups: new Map(), filters: [] };
  for (const mode of Object.keys(SIGN)) root.querySelector(`.legend .${mode}`).prepend(SIGN[mode].cloneNode(true));
  root.querySelector('.done').addEventListener('click', closeDrawer);
  root.addEventListener('keydown', (event) => { if (event.key === 'Escape' && narrow.matches) closeDrawer(); });
  return panel;
}

// On a narrow screen the sidebar is a drawer over the page.
function closeDrawer() {
  document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
  document.querySelector('[data-testid="stExpandSidebarButton"]')?.focus();
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector('.px-facets');
  let panel = panels.get(root);
  if (!panel) panels.set(root, (panel = begin(root)));
  panel.send = setTriggerValue;
  panel.hearing?.abort();
  const hearing = (panel.hearing = new AbortController());
  document.addEventListener('px-unfilter', (event) => takeBack(panel, event), { signal: hearing.signal });
  clearTimeout(panel.late);
  // An answer to an earlier click than the last one: the next one is on its way.
  const early = panel.sent && panel.sent.key !== keyOf(data.filters) && 2 * PATIENCE - (Date.now() - panel.sent.at);
  if (early > 0) panel.late = setTimeout(() => adopt(panel, data), early);
  else adopt(panel, data);
  return () => hearing.abort();
}
