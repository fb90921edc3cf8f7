
// Small pieces that every part of the panel is made of. Text from people only ever becomes text, never HTML.
const NONE = '__unset__';

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

function icon(drawing) {
  const made = document.createElement('template');
  made.innerHTML = `<svg viewBox="0 0 16 16" fill="none" stroke-width="1.9" stroke-linecap="round" aria-hidden="true">${drawing}</svg>`;
  return made.content.firstElementChild;
}

function mark(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

// Writing what stands there already would make a screen reader say it again.
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const shown = (number) => number.toLocaleString('en');

// What a browser remembers between visits; where it may not, the panel forgets and works all the same.
const memory = {
  read(name) {
    try { return JSON.parse(localStorage.getItem(`px-filters-${name}`)) ?? {}; } catch { return {}; }
  },
  keep(name, value) {
    try { localStorage.setItem(`px-filters-${name}`, JSON.stringify(value)); } catch { /* a private window */ }
  },
};
