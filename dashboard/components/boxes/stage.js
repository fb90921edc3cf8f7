
// The picture and the boxes of its labels. Boxes are fractions of the picture, so they fit at every size.
const SVG = 'http://www.w3.org/2000/svg';
const INKS = ['#6ea8ff', '#ffb454', '#7fe0a3', '#ff8fa3', '#c9a3ff', '#5fd7e6', '#f2e267', '#ff9d6c'];
const BLUR_FROM = 3; // A small picture is shown at three times its size at most: more tells nothing.

function fit(picture, width, height) {
  picture.classList.toggle('sized', Boolean(width && height));
  if (!width || !height) return;
  picture.style.setProperty('--ratio', width / height);
  picture.style.setProperty('--cap', `${width * BLUR_FROM}px`);
}

function layer(view, kind, src) {
  // The one before stays beneath until this one is there: no flash between thumbnail and preview.
  const picture = view.picture, image = element('img', kind);
  image.alt = kind === 'thumb' ? '' : view.name;
  image.decoding = 'async';
  image.draggable = false;
  image.onload = () => { image.classList.add('in'); view.frame.classList.remove('waiting'); };
  image.onerror = () => { image.remove(); unseen(view, kind); };
  image.src = src;
  if (image.complete && image.naturalWidth) image.classList.add('in');
  picture.querySelector(`img.${kind}`)?.remove();
  picture.insertBefore(image, picture.querySelector('svg.over'));
}

function unseen(view, kind) {
  if (kind === 'original') {
    view.original = null;
    say(view, 'Your browser cannot show this file. Download it instead.');
    paintTools(view);
  } else if (kind === 'full' && !view.picture.querySelector('img.in')) nothingToSee(view, 'The picture did not load.', true);
}

function nothingToSee(view, words, again) {
  view.frame.classList.remove('waiting');
  const none = element('div', 'none');
  none.innerHTML = icons.none;
  none.append(element('span', '', words));
  if (again) none.append(button('', 'Try again', () => { view.shown = null; stage(view, view.image || view.hint); }));
  view.picture.querySelectorAll('.none, img').forEach((old) => old.remove());
  view.picture.append(none);
}

// `of` is an image of the API, or what the gallery knows of it: `src` and its size are enough to begin.
function stage(view, of) {
  const thumb = of.thumbnail_url || of.src, full = of.preview_url;
  const known = `${of.id} ${full || ''}`;
  if (view.shown === known) return;
  const same = view.shown?.startsWith(of.id);
  view.shown = known;
  fit(view.picture, of.width, of.height);
  if (!same) {
    view.picture.querySelectorAll('img, .none').forEach((old) => old.remove());
    view.original = null;
    view.frame.classList.add('waiting');
    view.zoom.reset();
  }
  if (thumb && !view.picture.querySelector('img')) layer(view, 'thumb', thumb);
  if (full) layer(view, 'full', full);
  if (!thumb && !full && of.status) nothingToSee(view, 'This entry has no picture.');
}

function showOriginal(view) {
  if (!view.image?.preview_url || view.original) return;
  view.original = 'asked';
  layer(view, 'original', `/data/v1/images/${view.id}/original`);
  paintTools(view);
}

function shownLabels(view) {
  return view.labels.filter((label) => view.everything || label.source === 'person' || label.confidence >= view.least);
}

function drawBoxes(view) {
  const over = view.picture.querySelector('svg.over'), tags = [];
  over.replaceChildren();
  for (const label of shownLabels(view)) {
    if (!label.boxes.length || view.off.has(label.name)) continue;
    const state = view.lit ? (view.lit === label.name ? 'lit' : 'dim') : '';
    const group = document.createElementNS(SVG, 'g');
    group.setAttribute('class', state);
    for (const at of label.boxes) {
      for (const kind of ['shade', 'line']) {
        const rect = document.createElementNS(SVG, 'rect');
        rect.setAttribute('class', kind);
        for (const [name, value] of [['x', at.left], ['y', at.top], ['width', at.width], ['height', at.height]]) rect.setAttribute(name, value);
        if (kind === 'line') { rect.style.stroke = label.ink; rect.dataset.label = label.name; }
        group.append(rect);
      }
      const tag = element('span', `tag ${at.top < 0.06 ? 'inside' : ''} ${state}`, label.name);
      tag.style.left = `${Math.max(0, at.left) * 100}%`;
      tag.style.top = `${Math.max(0, at.top) * 100}%`;
      tag.style.background = label.ink;
      tags.push(tag);
    }
    over.append(group);
  }
  view.picture.querySelector('.tags').replaceChildren(...tags);
}

function paintTools(view) {
  const { root } = view, boxed = shownLabels(view).filter((label) => label.boxes.length);
  root.querySelector('.percent').textContent = `${Math.round(view.zoom.scale * 100)} %`;
  const boxes = root.querySelector('.all');
  boxes.hidden = !boxed.length;
  boxes.setAttribute('aria-pressed', String(boxed.some((label) => !view.off.has(label.name))));
  const original = root.querySelector('.full-size');
  original.hidden = !view.image?.preview_url;
  original.setAttribute('aria-pressed', String(Boolean(view.original)));
}
