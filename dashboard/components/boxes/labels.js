
// The labels of the picture: seen, told where they come from, confirmed or refused in place.
function labelsSection(view) {
  const shown = shownLabels(view), weak = view.labels.length - view.labels.filter((l) => l.source === 'person' || l.confidence >= view.least).length;
  const list = element('ul', 'labels');
  list.append(...shown.map((label) => labelRow(view, label)));
  const parts = [list];
  if (!shown.length) parts.push(element('p', 'quiet', view.labels.length ? 'No label reaches the usual confidence.' : 'No labels.'));
  if (weak) {
    const words = view.everything ? `Hide those below ${view.least} %` : `Show ${weak} below ${view.least} %`;
    parts.push(button('link', words, () => { view.everything = !view.everything; paintLabels(view); }));
  }
  if (view.may.review) parts.push(addLabel(view));
  const refused = view.words.refused;
  if (refused.length) {
    const taken = element('ul', 'refused');
    taken.append(...refused.map((one) => refusedRow(view, one)));
    parts.push(element('h4', '', 'Refused'), taken);
  }
  if (view.image.label_model && view.labels.some((label) => label.model === view.image.label_model)) {
    parts.push(element('p', 'quiet model', `Recognised by ${view.image.label_model}.`));
  }
  return parts;
}

function labelRow(view, label) {
  const row = element('li', 'label'), boxed = label.boxes.length > 0, told = view.words.provenance[label.name] || {};
  row.style.setProperty('--ink', label.ink);
  row.dataset.name = label.name;
  if (boxed) {
    const eye = button('eye', `Box of ${label.name}`, () => toggleBox(view, label.name, row), view.off.has(label.name) ? 'shut' : 'eye');
    eye.setAttribute('aria-pressed', String(!view.off.has(label.name)));
    row.append(eye);
    row.addEventListener('mouseenter', () => light(view, label.name));
    row.addEventListener('mouseleave', () => light(view, null));
    row.addEventListener('focusin', () => light(view, label.name));
    row.addEventListener('focusout', () => light(view, null));
    row.addEventListener('click', (event) => { if (!event.composedPath().some((at) => at.matches?.('button, a'))) toggleBox(view, label.name, row); });
  } else row.append(element('span', 'spot'));
  const go = finder(view, ['label', label.name], label.name, 'go');
  const percent = element('span', 'percentage', label.source === 'person' ? 'Confirmed' : `${Math.round(label.confidence * 10) / 10} %`);
  row.append(go, percent, verdicts(view, label));
  if (label.source !== 'person') {
    const meter = element('span', 'meter'), bar = element('i');
    bar.style.width = `${label.confidence}%`;
    meter.setAttribute('aria-hidden', 'true');
    meter.append(bar);
    row.append(meter);
  }
  row.append(provenance(view, label, told));
  return row;
}

function provenance(view, label, told) {
  const line = element('span', 'about');
  const usual = told.how === `Recognised by ${view.image.label_model}`;
  line.append(usual ? 'Recognised' : told.how || 'Recognised');
  if (told.who) line.append(` by ${told.who}`);
  if (told.at) line.append(', ', when(told.at));
  if (label.parents.length) line.append(` · in ${label.parents.slice(0, 3).join(', ')}`);
  return line;
}

function verdicts(view, label) {
  const box = element('span', 'verdicts');
  if (!view.may.review) return box;
  if (label.source === 'person') box.append(button('', `Take back the verdict on ${label.name}`, () => decide(view, label.name, 'undo'), 'undo'));
  else box.append(button('yes', `Confirm ${label.name}`, () => decide(view, label.name, 'accept'), 'yes'));
  box.append(button('no', `Refuse ${label.name}`, () => decide(view, label.name, 'reject'), 'no'));
  return box;
}

function refusedRow(view, one) {
  const row = element('li', ''), about = element('span', 'about', one.who ? `by ${one.who}` : '');
  if (one.at) about.append(one.who ? ', ' : '', when(one.at));
  row.append(element('s', '', one.name), about);
  if (view.may.review) row.append(button('take-back', `Take back the verdict on ${one.name}`, () => decide(view, one.name, 'undo'), 'undo'));
  return row;
}

function addLabel(view) {
  const form = element('form', 'add'), input = element('input', '');
  input.placeholder = 'Add a label';
  input.setAttribute('aria-label', 'Add a label');
  input.maxLength = 200;
  offers(view, input, '/data/v1/facets/label');
  form.append(input, button('small', 'Add'));
  form.lastChild.type = 'submit';
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const name = input.value.trim();
    if (name) decide(view, name, 'accept');
  });
  return form;
}

// Offers under an input while somebody types, from what the catalogue has already.
function offers(view, input, path) {
  const list = element('datalist');
  list.id = `px-offers-${view.serial = (view.serial || 0) + 1}`;
  input.setAttribute('list', list.id);
  input.after(list);
  let wait, asked;
  input.addEventListener('input', () => {
    clearTimeout(wait);
    if (!list.isConnected) input.after(list);
    wait = setTimeout(async () => {
      const prefix = input.value.trim();
      if (!prefix || prefix === asked) return;
      asked = prefix;
      const found = await ask(`${path}?${new URLSearchParams({ prefix, any_word: true, facet_limit: 12 })}`).catch(() => null);
      if (found && asked === prefix) list.replaceChildren(...found.values.map((one) => Object.assign(element('option'), { value: one.value })));
    }, 150);
  });
}

function toggleBox(view, name, row) {
  view.off.has(name) ? view.off.delete(name) : view.off.add(name);
  const eye = row.querySelector('.eye'), on = !view.off.has(name);
  eye.setAttribute('aria-pressed', String(on));
  eye.innerHTML = icons[on ? 'eye' : 'shut'];
  drawBoxes(view);
  paintTools(view);
}

function light(view, name) {
  if (view.lit === name) return;
  view.lit = name && !view.off.has(name) ? name : null;
  drawBoxes(view);
}

function toggleAll(view) {
  const boxed = shownLabels(view).filter((label) => label.boxes.length);
  if (!boxed.length) say(view, 'No label of this picture has boxes');
  const hide = boxed.some((label) => !view.off.has(label.name));
  boxed.forEach((label) => (hide ? view.off.add(label.name) : view.off.delete(label.name)));
  paintLabels(view);
}

const SAID = { accept: 'Confirmed', reject: 'Refused', undo: 'Verdict taken back:' };

// Shown at once, written behind it; what the API refuses is taken back from the screen and said.
async function decide(view, name, verdict) {
  const { id } = view, before = structuredClone({ labels: view.image.labels, words: view.words });
  const focus = nextFocus(view, name);
  judged(view, name, verdict);
  paintLabels(view, focus);
  await writing(view, id, async () => {
    const { version } = await post('/data/v1/review/decisions', { image_id: id, label: name, verdict });
    view.last = { id, version, name };
    say(view, `${SAID[verdict]} ${name}`, verdict === 'undo' ? null : ['Undo', () => takeBack(view)]);
    return version;
  }, (problem) => {
    if (view.id === id) { view.image.labels = before.labels; view.words = before.words; paintLabels(view); }
    say(view, `${name}: ${problem.message}`, ['Try again', () => decide(view, name, verdict)], true);
  });
}

async function takeBack(view) {
  const { last } = view;
  if (!last) return;
  view.last = null;
  await writing(view, last.id, async () => {
    const { items, version } = await post('/data/v1/review/decisions/undo', { version: last.version });
    const kept = items.find((one) => one.error);
    say(view, kept ? kept.error : `${last.name} is as it was`);
    return version;
  }, (problem) => { view.last = last; say(view, problem.message, ['Try again', () => takeBack(view)], true); });
}

function judged(view, name, verdict) {
  const { image, words } = view, now = new Date().toISOString();
  const carried = image.labels.find((label) => label.name === name);
  words.refused = words.refused.filter((one) => one.name !== name);
  if (verdict === 'accept') {
    const label = carried || { name, parents: [], categories: [], boxes: [], model: null };
    Object.assign(label, { confidence: 100, source: 'person', by: view.me });
    if (!carried) image.labels.push(label);
    words.provenance[name] = { how: 'Confirmed', who: view.me, at: now };
  } else if (verdict === 'reject') {
    image.labels = image.labels.filter((label) => label.name !== name);
    words.refused.push({ name, who: view.me, at: now });
  }
}

function nextFocus(view, name) {
  // Only for who works by keyboard inside the list: the hand stays where the label was.
  if (!view.root.querySelector('.labels')?.contains(view.root.getRootNode().activeElement)) return null;
  const names = shownLabels(view).map((label) => label.name), at = names.indexOf(name);
  return names[at + 1] || names[at - 1] || null;
}

function paintLabels(view, focus) {
  dress(view);
  const at = view.root.querySelector('[data-part=labels] .inside');
  if (at) at.replaceChildren(...labelsSection(view));
  if (focus) [...view.root.querySelectorAll('.labels .label')].find((row) => row.dataset.name === focus)?.querySelector('.go').focus();
  drawBoxes(view);
  paintTools(view);
}

// Order and colours are those of the first look: a verdict must not make the list jump under the hand.
function dress(view) {
  const best = [...view.image.labels].sort((a, b) => b.confidence - a.confidence || a.name.localeCompare(b.name));
  for (const { name } of best) if (!view.ranks.has(name)) view.ranks.set(name, view.ranks.size);
  for (const label of best) label.ink = INKS[view.ranks.get(label.name) % INKS.length];
  view.labels = best.sort((a, b) => view.ranks.get(a.name) - view.ranks.get(b.name));
}
