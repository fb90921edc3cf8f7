
// A picture with its label boxes. Boxes are fractions of the picture, so they fit at every size.
const views = new WeakMap();
const downloaded = new Set();
const SVG = 'http://www.w3.org/2000/svg';
const INKS = ['#6ea8ff', '#ffb454', '#7fe0a3', '#ff8fa3', '#c9a3ff', '#5fd7e6', '#f2e267', '#ff9d6c'];
const NO_PICTURE = '<svg viewBox="0 0 24 24" aria-hidden="true"><rect x="3" y="4" width="18" height="16" rx="2"/><path d="m4 18 5-5 3 3m2-2 2-2 5 5M4 4l16 16"/></svg>';

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function stage(view, data) {
  const box = view.root.querySelector('.stage');
  if (view.src === data.src) return;
  view.src = data.src;
  box.replaceChildren();
  box.classList.toggle('sized', Boolean(data.src && data.width && data.height));
  if (data.width && data.height) {
    box.style.setProperty('--ratio', data.width / data.height);
    // A small picture may be shown at twice its size, not larger: blur tells nothing.
    box.style.setProperty('--cap', `${data.width * 2}px`);
  }
  if (!data.src) {
    const none = element('div', 'none');
    none.innerHTML = NO_PICTURE;
    none.append(element('span', '', data.no_picture));
    box.append(none);
    return;
  }
  const image = element('img');
  image.alt = data.alt;
  image.onerror = () => { view.src = undefined; stage(view, { ...data, src: null }); draw(view); };
  image.src = data.src;
  const over = document.createElementNS(SVG, 'svg');
  over.setAttribute('class', 'over');
  over.setAttribute('viewBox', '0 0 1 1');
  over.setAttribute('preserveAspectRatio', 'none');
  over.setAttribute('aria-hidden', 'true');
  box.append(image, over);
}

function draw(view) {
  const box = view.root.querySelector('.stage'), over = box.querySelector('svg.over');
  box.querySelectorAll('.tag').forEach((tag) => tag.remove());
  if (!over) return;
  over.replaceChildren();
  for (const label of view.labels) {
    if (!label.boxes.length || view.off.has(label.name) || (!view.everything && label.confidence < view.shown)) continue;
    const dim = view.lit && view.lit !== label.name;
    const group = document.createElementNS(SVG, 'g');
    group.setAttribute('class', `${dim ? 'dim' : ''} ${view.lit === label.name ? 'lit' : ''}`);
    for (const at of label.boxes) {
      for (const kind of ['shade', 'line']) {
        const rect = document.createElementNS(SVG, 'rect');
        rect.setAttribute('class', kind);
        rect.setAttribute('x', at.left); rect.setAttribute('y', at.top);
        rect.setAttribute('width', at.width); rect.setAttribute('height', at.height);
        if (kind === 'line') { rect.setAttribute('stroke', label.ink); rect.setAttribute('data-label', label.name); }
        group.append(rect);
      }
      const tag = element('span', `tag${at.top < 0.06 ? ' inside' : ''}${dim ? ' dim' : ''}`, label.name);
      tag.setAttribute('aria-hidden', 'true');
      tag.style.left = `${Math.max(0, at.left) * 100}%`;
      tag.style.top = `${Math.max(0, at.top) * 100}%`;
      tag.style.background = label.ink;
      box.append(tag);
    }
    over.append(group);
  }
}

function row(view, label) {
  const item = element('li');
  item.style.setProperty('--ink', label.ink);
  if (label.boxes.length) {
    const eye = element('button', 'eye');
    eye.type = 'button';
    eye.setAttribute('aria-pressed', String(!view.off.has(label.name)));
    eye.setAttribute('aria-label', `Box of ${label.name}`);
    eye.append(element('i'));
    eye.addEventListener('click', () => {
      view.off.has(label.name) ? view.off.delete(label.name) : view.off.add(label.name);
      eye.setAttribute('aria-pressed', String(!view.off.has(label.name)));
      view.lit = null;
      tell(view); draw(view);
    });
    item.append(eye);
    item.addEventListener('mouseenter', () => { if (!view.off.has(label.name)) { view.lit = label.name; draw(view); } });
    item.addEventListener('mouseleave', () => { view.lit = null; draw(view); });
  } else item.append(element('span'));
  const go = element('button', 'go', label.name);
  go.type = 'button';
  go.title = `Show every picture with ${label.name}`;
  go.addEventListener('click', () => view.send('label', label.name));
  const meter = element('span', 'meter');
  const bar = element('i');
  bar.style.width = `${label.confidence}%`;
  meter.setAttribute('aria-hidden', 'true');
  meter.append(bar);
  const about = element('span', 'about');
  about.append(element('span', 'who', label.source === 'person' ? 'By a person' : 'Recognised'));
  if (label.parents.length) about.append(` · in ${label.parents.join(', ')}`);
  item.append(go, element('span', 'pc', `${Math.round(label.confidence * 10) / 10} %`), meter, about);
  return item;
}

function tell(view) {
  const boxed = view.labels.filter((label) => label.boxes.length);
  const all = view.root.querySelector('.all');
  all.hidden = !boxed.length;
  all.setAttribute('aria-pressed', String(boxed.some((label) => !view.off.has(label.name))));
}

function list(view) {
  const strong = view.labels.filter((label) => label.confidence >= view.shown || label.source === 'person');
  const shown = view.everything ? view.labels : strong;
  const rows = shown.map((label) => row(view, label));
  if (!rows.length) rows.push(element('li', 'empty', view.labels.length ? 'No label reaches the usual confidence.' : 'No labels.'));
  view.root.querySelector('.labels').replaceChildren(...rows);
  const rest = view.root.querySelector('.rest'), weak = view.labels.length - strong.length;
  rest.hidden = !weak;
  rest.textContent = view.everything ? `Hide those below ${view.shown} %` : `Show ${weak} below ${view.shown} %`;
  tell(view);
}

function mount(root) {
  const view = { root, off: new Set(), everything: false, lit: null, labels: [], picture: null };
  root.querySelector('.all').addEventListener('click', () => {
    const boxed = view.labels.filter((label) => label.boxes.length);
    const hide = boxed.some((label) => !view.off.has(label.name));
    boxed.forEach((label) => (hide ? view.off.add(label.name) : view.off.delete(label.name)));
    list(view); draw(view);
  });
  root.querySelector('.rest').addEventListener('click', () => { view.everything = !view.everything; list(view); draw(view); });
  root.querySelector('.download').addEventListener('click', () => view.send('download', Date.now()));
  root.querySelector('.back').addEventListener('click', () => view.send('step', -1));
  root.querySelector('.on').addEventListener('click', () => view.send('step', 1));
  view.keys = (event) => {
    const typing = event.composedPath().some((at) => at.matches?.('input,textarea,select,[contenteditable],[role="tab"],[role="slider"],[role="combobox"]'));
    if (typing || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowLeft: 'back', ArrowRight: 'on' }[event.key];
    const button = step && root.querySelector(`.${step}`);
    if (button && !button.hidden) { event.preventDefault(); button.click(); }
  };
  document.addEventListener('keydown', view.keys);
  return view;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector('.px-boxes');
  let view = views.get(root);
  if (!view) { view = mount(root); views.set(root, view); }
  view.send = setTriggerValue;
  if (view.picture !== data.picture) { view.picture = data.picture; view.off.clear(); view.everything = false; view.lit = null; }
  view.shown = data.shown;
  view.labels = [...data.labels].sort((a, b) => b.confidence - a.confidence).map((label, at) => ({ ...label, ink: INKS[at % INKS.length] }));
  root.querySelector('.name').textContent = data.name;
  root.querySelector('.place').textContent = data.place;
  stage(view, data);
  list(view);
  draw(view);
  root.querySelector('.download').hidden = !data.has_original;
  if (data.download && !downloaded.has(data.download)) {
    // The address is signed for minutes: asked for at the click, used at once, and once.
    downloaded.add(data.download);
    const link = element('a');
    link.href = data.download;
    link.rel = 'noopener';
    link.click();
  }
  root.querySelector('.back').hidden = !data.back;
  root.querySelector('.on').hidden = !data.on;
  return () => document.removeEventListener('keydown', view.keys);
}
