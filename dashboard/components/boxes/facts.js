
// What is known of the picture, section by section; the words come from dashboard/picture/detail_facts.py.
const SWATCHES = { pink: '#f472b6', brown: '#8b5a2b', beige: '#e8dcc0', purple: '#8b5cf6', grey: '#8a8f98', gray: '#8a8f98' };

function paintFacts(view) {
  const { image, words } = view;
  const parts = [
    ['labels', 'Labels', labelsSection(view)],
    ['why', 'Why it is here', view.why?.length ? [lines([...new Set(view.why)])] : null],
    ['product', 'Product', [terms(view, words.product, 'Nothing is known of its product. A product list with its SKU or file name adds it.'), ...chips(view, 'tag', image.tags)]],
    ['colours', 'Colours', image.colours.length ? [swatches(view, image.colours)] : null],
    ['text', 'Text found', image.text.length ? [lines(image.text, 'read')] : null],
    ['safety', 'Safety', words.safety.length ? [lines(words.safety, 'flag')] : [element('p', 'quiet', image.labels.length || image.label_model ? 'Nothing to flag.' : 'Nobody looked yet.')]],
    ['collections', 'Collections', image.collections.length ? chips(view, 'collection', image.collections) : null],
    ['file', 'File', [terms(view, words.file, '')]],
    ['camera', 'Camera', [terms(view, words.camera, 'The file carries no camera data (EXIF).')]],
    ['look', 'Measured', words.look.length ? [terms(view, words.look, '')] : null],
    ['history', 'History', [events(words.history)]],
  ];
  const panel = view.root.querySelector('.sections');
  panel.replaceChildren(...parts.filter(([, , inside]) => inside).map(([name, title, inside]) => section(view, name, title, inside)));
}

function section(view, name, title, inside) {
  const made = element('details', 'section'), head = element('summary'), body = element('div', 'inside');
  made.dataset.part = name;
  made.open = view.open[name] ?? !['camera', 'look', 'history'].includes(name);
  made.addEventListener('toggle', () => { view.open[name] = made.open; });
  head.append(element('h3', '', title));
  body.append(...inside);
  made.append(head, body);
  return made;
}

function terms(view, rows, nothing) {
  if (!rows.length) return element('p', 'quiet', nothing);
  const list = element('dl', 'terms');
  for (const row of rows) {
    const pair = element('div'), value = element('dd');
    if (row.at) value.append(when(row.at));
    else if (row.find) value.append(finder(view, row.find, row.value));
    else value.textContent = row.value;
    pair.append(element('dt', '', row.name), value);
    list.append(pair);
  }
  return list;
}

function lines(texts, kind = '') {
  const list = element('ul', `lines ${kind}`);
  list.append(...texts.map((text) => element('li', '', text)));
  return list;
}

// A link to the pictures that have this too; without a modifier they are shown in this document.
function finder(view, [field, value], words, className = '') {
  const link = element('a', className, words);
  link.href = `/catalogue?${new URLSearchParams({ [field]: value })}`;
  link.title = `Find pictures with ${words}`;
  link.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (view.finds) leave(view, { [field]: [value] });
    else leaveFor(view, link.getAttribute('href'));
  });
  return link;
}

function chips(view, field, values) {
  if (!values.length) return [];
  const list = element('ul', 'chips');
  list.setAttribute('aria-label', field === 'tag' ? 'Tags' : 'Collections');
  list.append(...values.map((value) => {
    const item = element('li');
    item.append(finder(view, [field, value.id || value], value.name || value, 'chip'));
    return item;
  }));
  return [list];
}

function swatches(view, names) {
  const list = element('ul', 'swatches');
  list.append(...names.map((name) => {
    const item = element('li'), link = finder(view, ['colour', name], name, 'swatch'), dot = element('i');
    const key = name.toLowerCase();
    dot.style.background = SWATCHES[key] || (CSS.supports('color', key) ? key : 'transparent');
    link.prepend(dot);
    item.append(link);
    return item;
  }));
  return list;
}

function events(entries) {
  if (!entries.length) return element('p', 'quiet', 'Nothing has happened to this picture since it arrived.');
  const list = element('ol', 'history');
  for (const entry of entries) {
    const item = element('li'), head = element('p', '');
    head.append(element('b', '', entry.what), element('span', 'quiet', entry.who ? ` ${entry.who}, ` : ' '), when(entry.at));
    item.append(head, ...entry.detail.map((line) => element('p', 'did', line)));
    list.append(item);
  }
  return list;
}

const ALMOST = 0.95;
const LEAST = 0.2;  // two pictures of unrelated things reach a little over a tenth: that is no likeness to show

// Pictures that look like this one: asked for once the hand rests on a picture.
function similar(view) {
  const strip = view.root.querySelector('.strip'), { id } = view;
  clearTimeout(view.later);
  strip.replaceChildren();
  if (!view.image.preview_url) { strip.hidden = true; return; }
  strip.hidden = false;
  strip.append(element('p', 'quiet', 'Looking for similar pictures'));
  view.later = setTimeout(async () => {
    try {
      const found = view.alike.get(id) || (await ask(`/data/v1/images/${id}/similar?limit=12`));
      view.alike.set(id, found);
      if (view.id === id) paintSimilar(view, strip, found);
    } catch (problem) {
      if (view.id !== id) return;
      strip.replaceChildren(element('p', 'quiet', 'Similar pictures did not come.'), button('link', 'Try again', () => similar(view)));
    }
  }, view.alike.has(id) ? 0 : 180);
}

function paintSimilar(view, strip, found) {
  const head = element('div', 'strip-head'), row = element('ul', '');
  const items = found.items.filter((one) => one.likeness >= LEAST);
  head.append(element('h2', '', items.length ? 'Similar' : found.reason || 'No other picture looks much like this one.'));
  const twins = items.filter((one) => one.likeness >= ALMOST);
  if (twins.length) head.append(element('span', 'twin', `${twins.length === 1 ? 'One looks' : `${twins.length} look`} almost the same`));
  if (found.items.length) {
    const all = finder(view, ['similar', view.id], 'See all similar', 'link');
    all.title = 'Every picture in the catalogue, the most alike first';
    head.append(all);
  }
  row.append(...items.map((one) => {
    const item = element('li', one.likeness >= ALMOST ? 'almost' : ''), open = button('like', '');
    const name = one.title || one.name, alike = `${Math.round(Math.max(0, one.likeness) * 100)} % alike`;
    open.setAttribute('aria-label', `${name}, ${alike}`);
    open.title = `${name}, ${alike}`;
    if (one.thumbnail_url) {
      const image = element('img');
      image.alt = '';
      image.loading = 'lazy';
      image.src = one.thumbnail_url;
      open.append(image);
    }
    open.append(element('span', '', alike));
    open.addEventListener('click', () => openSimilar(view, one));
    item.append(open);
    return item;
  }));
  strip.replaceChildren(head, row);
}
