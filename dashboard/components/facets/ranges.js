
// Ranges: two thumbs with a field for each end, days with the usual choices, sides in pixels.
// An end that stands at the edge asks for nothing.
function field(group, type, label, name, send) {
  const input = element('input', { class: 'field', type, step: type === 'number' ? 'any' : null, min: type === 'number' ? 0 : null, 'aria-label': `${group.spec.title}: ${label.toLowerCase()}`, 'data-parameter': name });
  input.addEventListener('keydown', (event) => { event.stopPropagation(); if (event.key === 'Enter') send(); });
  return [element('label', {}, element('span', { 'aria-hidden': 'true' }, label), input), input];
}

function complain(group, words) {
  group.complaint.hidden = !words;
  write(group.complaint, words || '');
}

function sendEnds(panel, group, low, high) {
  const { from, to } = group.spec;
  if (low !== '' && high !== '' && Number(low) > Number(high)) { complain(group, 'The first number is above the second.'); return; }
  complain(group, '');
  const filters = withValue(withValue(panel.filters, from, low), to, high);
  if (keyOf(filters) !== keyOf(panel.filters)) change(panel, filters);
}

function sliderBody(panel, group) {
  const { spec } = group, range = spec.high - spec.low;
  const box = element('div', { class: 'slider' }, element('i', { 'aria-hidden': 'true' }));
  group.bars = element('div', { class: 'bars', 'aria-hidden': 'true' });
  group.complaint = element('p', { class: 'hint wrong', role: 'alert', hidden: true });
  const thumb = (label) => element('input', { type: 'range', min: spec.low, max: spec.high, step: spec.step, 'aria-label': `${spec.title}: ${label}` });
  const a = thumb('at least'), b = thumb('at most');
  box.append(a, b);
  const usual = { a: spec.usual ?? spec.low, b: spec.high };
  const atEnd = { a: () => (Number(a.value) === usual.a ? '' : a.value), b: () => (Number(b.value) >= spec.high ? '' : b.value) };
  const edge = (number) => (spec.step < 1 ? number.toFixed(2) : String(number));
  const draw = () => {
    box.style.setProperty('--a', (100 * (a.value - spec.low)) / range);
    box.style.setProperty('--b', (100 * (b.value - spec.low)) / range);
    a.style.zIndex = Number(a.value) > spec.low + range / 2 ? 2 : 1;
    for (const input of [a, b]) mark(input, 'aria-valuetext', `${input.value}${spec.unit || ''}`);
    [...group.bars.children].forEach((bar) => bar.classList.toggle('out', Number(bar.dataset.to) <= Number(a.value) || Number(bar.dataset.from) > Number(b.value)));
  };
  for (const input of [a, b]) {
    input.addEventListener('input', () => {
      if (Number(a.value) > Number(b.value)) input.value = input === a ? b.value : a.value;
      low.value = a.value; high.value = b.value;
      draw();
    });
    // A mouse says so when it lets go; keys go step by step, and are waited for until they rest.
    input.addEventListener('change', () => { clearTimeout(group.sliding); group.sliding = setTimeout(() => { group.sliding = 0; sendEnds(panel, group, atEnd.a(), atEnd.b()); }, 250); });
    input.addEventListener('keydown', (event) => event.stopPropagation());
  }
  const typed = () => sendEnds(panel, group, low.value === String(usual.a) ? '' : low.value, high.value === String(spec.high) && spec.exact !== false ? '' : high.value);
  const [lowLabel, low] = field(group, 'number', 'From', spec.from, typed);
  const [highLabel, high] = field(group, 'number', 'To', spec.to, typed);
  for (const input of [low, high]) input.addEventListener('change', typed);
  const none = spec.parameters ? noneOf(panel, group) : null;
  group.paint = () => {
    const from = valueOf(panel.filters, spec.from), to = valueOf(panel.filters, spec.to);
    if (!group.sliding) {
      a.value = from === '' ? usual.a : from;
      b.value = to === '' ? usual.b : to;
      const typing = panel.root.getRootNode().activeElement; // counts that arrive leave what is being typed alone
      if (typing !== low) low.value = from === '' ? (spec.usual === undefined ? '' : usual.a) : from;
      if (typing !== high) high.value = to === '' ? (spec.usual === undefined ? '' : usual.b) : to;
      low.placeholder = spec.exact === false ? 'least' : edge(spec.low);
      high.placeholder = spec.exact === false ? 'most' : edge(spec.high);
    }
    bars(group);
    draw();
    none?.();
  };
  return element('div', { class: 'body' }, group.bars, box, element('div', { class: 'pair' }, lowLabel, highLabel), group.complaint, spec.hint ? element('p', { class: 'hint' }, spec.hint) : null, group.list);
}

// Pictures without a value of this attribute, below its range.
function noneOf(panel, group) {
  group.list = element('ul', { 'aria-label': group.spec.title, onkeydown: (event) => onKey(panel, group, event) });
  return () => {
    const mode = usedOf(panel.filters, group.spec).get(NONE) ?? null, unset = group.answer?.unset || 0;
    const item = group.list.firstElementChild;
    if (!mode && !unset) { item?.remove(); return; }
    const row = { value: NONE, key: NONE, count: unset };
    const here = item || group.list.appendChild(newRow(panel, group, row));
    paintRow(here, group, row, mode, 0);
    roam(group.list, here);
  };
}

// How many pictures lie where, behind the thumbs: given in bars (confidence), or made of the values' exact counts.
function bars(group) {
  const { spec, answer } = group;
  let made = answer?.bars;
  if (!made && answer?.values && answer.distinct <= answer.values.length) {
    const number = 24, width = (spec.high - spec.low) / number || 1;
    made = Array.from({ length: number }, (_, at) => ({ from: spec.low + at * width, to: spec.low + (at + 1) * width, count: 0 }));
    for (const row of answer.values) {
      const at = Math.floor((Number(row.value) - spec.low) / width);
      if (Number.isFinite(at)) made[Math.max(0, Math.min(at, number - 1))].count += row.count;
    }
  }
  const most = Math.max(...(made || []).map((bar) => bar.count), 0);
  group.bars.hidden = !most;
  if (!most) return;
  group.bars.replaceChildren(...made.map((bar) => {
    const one = element('i', { 'data-from': bar.from, 'data-to': bar.to });
    one.style.height = bar.count ? `${Math.max(6, (100 * bar.count) / most)}%` : '0';
    return one;
  }));
}

function datesBody(panel, group) {
  const { spec } = group;
  group.complaint = element('p', { class: 'hint wrong', role: 'alert', hidden: true });
  const send = () => {
    if (from.value && to.value && from.value > to.value) { complain(group, 'The first day is after the last.'); return; }
    complain(group, '');
    set(from.value, to.value && dayAfter(to.value, 1));
  };
  const set = (first, end) => {
    const filters = withValue(withValue(panel.filters, spec.from, first), spec.to, end);
    if (keyOf(filters) !== keyOf(panel.filters)) change(panel, filters);
  };
  const [fromLabel, from] = field(group, 'date', 'From', spec.from, send);
  const [toLabel, to] = field(group, 'date', 'To (included)', spec.to, send);
  for (const input of [from, to]) {
    // While a year is typed it passes through 0002: a date counts when it rests there, or is left.
    input.addEventListener('change', () => { clearTimeout(group.dating); if (!input.value || input.value >= '1900') group.dating = setTimeout(send, 900); });
    input.addEventListener('blur', () => { clearTimeout(group.dating); if (!input.value || input.value >= '1900') send(); });
  }
  const custom = element('div', { class: 'pair days' }, fromLabel, toLabel);
  const pills = spec.presets.map((preset) => element('button', { type: 'button', 'data-from': preset.from, onclick: (event) => {
    group.custom = false;
    set(event.currentTarget.getAttribute('aria-pressed') === 'true' ? '' : event.currentTarget.dataset.from, '');
    group.paint();
  } }, preset.label));
  const own = element('button', { type: 'button', onclick: () => { group.custom = custom.hidden; group.paint(); if (group.custom) from.focus(); } }, 'Custom');
  group.paint = () => {
    const first = valueOf(panel.filters, spec.from), end = valueOf(panel.filters, spec.to);
    const preset = spec.presets.find((each) => each.from === first && !end);
    spec.presets.forEach((each, at) => { pills[at].dataset.from = each.from; mark(pills[at], 'aria-pressed', String(each === preset)); });
    const isOwn = Boolean((first || end) && !preset);
    custom.hidden = !(isOwn || group.custom);
    mark(own, 'aria-pressed', String(isOwn));
    mark(own, 'aria-expanded', String(!custom.hidden));
    const focused = panel.root.getRootNode().activeElement;
    if (focused !== from) from.value = first.slice(0, 10);
    if (focused !== to) to.value = end && lastDay(end);
  };
  return element('div', { class: 'body' }, element('div', { class: 'pills', role: 'group', 'aria-label': spec.title }, ...pills, own), custom, group.complaint);
}

function sidesBody(panel, group) {
  const { spec } = group, inputs = [];
  group.complaint = element('p', { class: 'hint wrong', role: 'alert', hidden: true });
  const send = () => {
    let filters = panel.filters;
    for (const [least, most] of inputs) {
      if (least.value && most.value && Number(least.value) > Number(most.value)) { complain(group, 'The first number is above the second.'); return; }
      for (const input of [least, most]) filters = withValue(filters, input.dataset.parameter, input.value && Math.round(Number(input.value)));
    }
    complain(group, '');
    if (keyOf(filters) !== keyOf(panel.filters)) change(panel, filters);
  };
  const labels = spec.sides.flatMap((side) => {
    const [least, leastInput] = field(group, 'number', `${side.title} from`, side.from, send);
    const [most, mostInput] = field(group, 'number', `${side.title} to`, side.to, send);
    inputs.push([leastInput, mostInput]);
    return [least, most];
  });
  for (const input of inputs.flat()) { input.addEventListener('change', send); input.placeholder = 'px'; }
  group.paint = () => {
    const focused = panel.root.getRootNode().activeElement;
    for (const input of inputs.flat()) if (focused !== input) input.value = valueOf(panel.filters, input.dataset.parameter);
  };
  return element('div', { class: 'body' }, element('div', { class: 'pair' }, ...labels), group.complaint);
}
