
// Small pieces that the parts after this one build on. All text of people goes in by textContent.
const ICONS = {
  tick: '<svg viewBox="0 0 16 16" fill="none" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M3 8.5 6.5 12 13 4.5"/></svg>',
  none: '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true"><rect x="3" y="4" width="18" height="16" rx="2"/><path d="m4 18 5-5 3 3m2-2 2-2 5 5M4 4l16 16"/></svg>',
  look: '<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" aria-hidden="true"><circle cx="7" cy="7" r="4.2"/><path d="m10.2 10.2 3.6 3.6"/></svg>',
};

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const number = (value) => value.toLocaleString('en');

// An image as the API answers it, or as Python hands it on: as little as a tile and the quick view need.
function tileOf(image) {
  const labels = (image.labels || []).map((label) => (Array.isArray(label) ? label : [label.name, label.confidence]));
  labels.sort((a, b) => b[1] - a[1]);
  const why = [...new Set((image.matched || []).map((reason) => reason.text ?? reason))].slice(0, 2);
  if (image.likeness !== undefined) why.unshift(`${Math.round(image.likeness * 100)} % alike`);
  return {
    id: image.id, name: image.title || image.name, width: image.width, height: image.height,
    src: image.thumbnail_url, preview: image.preview_url,
    labels: labels.slice(0, 6).map(([name, confidence]) => `${name} ${Math.round(confidence)} %`),
    why: why.length ? `Here because: ${why.join('; ')}` : '',
  };
}

// What scrolls the gallery: Streamlit's main part, or the page itself.
function scrollerOf(root) {
  for (let at = root.getRootNode().host || root.parentElement; at; at = at.parentElement || at.getRootNode().host) {
    if (/auto|scroll/.test(getComputedStyle(at).overflowY) && at.scrollHeight > at.clientHeight) return at;
  }
  return document.scrollingElement;
}
