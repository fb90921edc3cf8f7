// One picture at a time with its question. The pictures of the next ones are loaded and decoded ahead.
const SVG = 'http://www.w3.org/2000/svg';
const AHEAD = 8;
const LINE = 55; // percent from which a label is shown, where nothing else is said of it

function pictureOf(view, item) {
  if (!item) return null;
  const { id, preview_url: preview, thumbnail_url: thumb, title, name } = item.image;
  if (!view.pictures.has(id)) {
    const picture = element('img');
    picture.alt = title || name;
    picture.decoding = 'sync';
    picture.src = preview || thumb || '';
    picture.decode?.().catch(() => {});
    view.pictures.set(id, picture);
    if (view.pictures.size > 4 * AHEAD) view.pictures.delete(view.pictures.keys().next().value);
  }
  return view.pictures.get(id);
}

function boxesOf(item) {
  const over = document.createElementNS(SVG, 'svg');
  over.setAttribute('viewBox', '0 0 100 100');
  over.setAttribute('preserveAspectRatio', 'none');
  over.setAttribute('aria-hidden', 'true');
  for (const box of item.boxes || []) {
    for (const kind of ['shade', 'line']) {
      const drawn = document.createElementNS(SVG, 'rect');
      drawn.setAttribute('class', kind);
      for (const [name, value] of Object.entries({ x: box.left, y: box.top, width: box.width, height: box.height })) drawn.setAttribute(name, 100 * value);
      over.append(drawn);
    }
  }
  return over;
}

function buildOne(view) {
  const part = element('div', 'one');
  part.innerHTML = `<figure class="stage"></figure><div class="question"><h2></h2><p class="name"><a></a></p>
    <div class="meter" aria-hidden="true"><i></i><b></b></div><p class="sure"></p><ul class="why"></ul><div class="verdicts"></div>
    <p class="hint">Keys: <kbd>Y</kbd> yes, <kbd>N</kbd> no, <kbd>S</kbd> skip, <kbd>U</kbd> undo</p></div>`;
  const verdicts = [['accept', 'Yes', 'Y', 'primary'], ['reject', 'No', 'N', ''], ['skip', 'Skip', 'S', 'quiet']];
  part.querySelector('.verdicts').append(...verdicts.map(([verdict, text, key, kind]) => {
    const made = button(text, `verdict ${kind}`, () => decide(view, verdict));
    made.append(element('kbd', '', key));
    made.setAttribute('aria-keyshortcuts', key);
    return made;
  }), undoButton(view));
  view.one = part;
}

function showOne(view) {
  if (!view.one) buildOne(view);
  const [item] = view.items;
  const at = (selector) => view.one.querySelector(selector);
  if (view.shown !== item) {
    view.shown = item;
    const picture = pictureOf(view, item), holder = element('div', 'held');
    const { width, height, title, name, id } = item.image;
    if (width && height) { holder.classList.add('sized'); holder.style.setProperty('--ratio', width / height); }
    holder.append(picture, boxesOf(item));
    if (item.image.preview_url || item.image.thumbnail_url) at('.stage').replaceChildren(holder);
    else at('.stage').replaceChildren(element('p', 'none', 'This entry has no picture.'));
    at('h2').textContent = `Is this “${item.label}”?`;
    at('.name a').textContent = title || name;
    at('.name a').href = view.href + encodeURIComponent(id);
    at('.meter i').style.width = `${item.confidence}%`;
    at('.meter b').style.left = `${item.line ?? LINE}%`;
    at('.sure').textContent = `The recogniser is ${percent(item.confidence)} sure.`;
    at('.why').replaceChildren(...reasons(view, item).map((text) => element('li', '', text)));
    view.at('.live').textContent = `Is this ${item.label}? ${percent(item.confidence)} sure.`;
    for (const next of view.items.slice(1, AHEAD)) pictureOf(view, next);
  }
  at('.undo').disabled = !view.history.length;
  if (view.at('.place').firstChild !== view.one) view.at('.place').replaceChildren(view.one);
}

function reasons(view, item) {
  if (view.teach) return ['It looks like your examples.'];
  const unsure = item.uncertainty >= 1 ? 'Very unsure: right at the line from which labels show' : item.uncertainty >= 0.6 ? 'Unsure: a little above the line from which labels show' : 'Rather sure, yet not checked by anybody';
  return [unsure, `${words(item.images, 'picture carries', 'pictures carry')} this label${item.images > 20 ? ', so your verdict says much' : ''}`];
}
