
// Marks of Plotly charts as links, and charts as files. One listener for the page, whatever is drawn on it meanwhile.
const OWN = /^\/(catalogue|products|operations)(\?|$)/;

/** Another page of the dashboard, as Streamlit's own links open it: one step in the browser's history. */
function go(address, aside) {
  if (!OWN.test(address)) return;
  if (aside) { window.open(address, '_blank', 'noopener'); return; }
  history.pushState(null, '', address);
  window.dispatchEvent(new PopStateEvent('popstate'));
  window.scrollTo(0, 0);
}

const aside = (event) => Boolean(event && (event.ctrlKey || event.metaKey || event.button === 1));

/** The address behind the first point that has one. */
function address(event) {
  for (const point of event.points || []) {
    const found = Array.isArray(point.customdata) ? point.customdata[0] : point.customdata;
    if (typeof found === 'string' && OWN.test(found)) return found;
  }
  return null;
}

function listen(chart) {
  if (chart.dataset.pxMarks || typeof chart.on !== 'function') return;
  chart.dataset.pxMarks = 'on';
  const follow = (event) => {
    const to = address(event);
    if (to) go(to, aside(event.event));
  };
  const hand = (on) => chart.classList.toggle('px-over-mark', on);
  chart.on('plotly_click', (event) => { if (!/treemap/.test(event.points?.[0]?.data?.type)) follow(event); });
  chart.on('plotly_treemapclick', (event) => { follow(event); return false; }); // false: no zoom into the tile
  chart.on('plotly_hover', (event) => hand(address(event) !== null));
  chart.on('plotly_unhover', () => hand(false));
}

/** The chart as Plotly draws it for files, under its title. */
function take(button) {
  const { pxTake: format, pxChart: key, pxTitle: title, pxFile: filename } = button.dataset;
  const chart = document.querySelector(`.st-key-${CSS.escape(key)} .js-plotly-plot`);
  const camera = chart?.querySelector('.modebar-btn');
  if (!camera) return;
  const { layout, _context: context } = chart;
  const ink = getComputedStyle(chart).color;
  const words = title.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  context.toImageButtonOptions = { format, filename, scale: format === 'png' ? 2 : 1 };
  chart.layout = {
    ...layout,
    title: { text: words, x: 0, xref: 'container', xanchor: 'left', pad: { l: 16, t: 16 }, y: 1, yref: 'container', yanchor: 'top', font: { size: 16, color: ink } },
    margin: { ...layout.margin, t: (layout.margin?.t || 0) + 48, l: 16, r: Math.max(24, layout.margin?.r || 0), b: (layout.margin?.b || 0) + 12 },
    height: (layout.height || chart.clientHeight) + 60,
    paper_bgcolor: getComputedStyle(document.querySelector('.stApp')).backgroundColor,
  };
  try {
    camera.click();
  } finally {
    chart.layout = layout;
  }
}

function clicked(event) {
  const button = event.target.closest?.('button[data-px-take]');
  if (button) { take(button); return; }
  const link = event.target.closest?.('a[href]');
  const to = link?.getAttribute('href') || '';
  if (to.startsWith('/report')) link.setAttribute('href', `/report${location.search}`);
  if (!OWN.test(to) || link.target === '_blank' || event.button !== 0 || event.shiftKey || event.altKey || aside(event)) return;
  if (!link.closest('.px-opens')) return;
  event.preventDefault();
  go(to, false);
}

export default function () {
  const page = document.querySelector('[data-testid="stMain"]') || document.body;
  let waiting = false;
  const look = () => {
    waiting = false;
    for (const chart of page.querySelectorAll('.js-plotly-plot')) listen(chart);
  };
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(look);
  };
  const watch = new MutationObserver(soon);
  watch.observe(page, { childList: true, subtree: true });
  page.addEventListener('click', clicked, true);
  look();
  return () => {
    watch.disconnect();
    page.removeEventListener('click', clicked, true);
  };
}
