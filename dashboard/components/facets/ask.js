
// Counts come straight from the search API, on the dashboard's own origin: nothing here waits for the page's script.
const FEW = 10, MANY = 100, MOST = 1000;

async function ask(panel, path, pairs, signal) {
  // What this person has just written is counted in.
  const asked = panel.version ? [...pairs, ['min_version', panel.version]] : pairs;
  let answer;
  try {
    answer = await fetch(`/data/v1/${path}?${new URLSearchParams(asked)}`, { signal });
  } catch (problem) {
    if (problem.name === 'AbortError') throw problem;
    throw Object.assign(new Error('offline'), { status: 503 });
  }
  if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { status: answer.status, reference: answer.headers.get('x-request-id') });
  return answer.json();
}

const isOpen = (group) => group.box.open;
const isAlone = (group) => group.spec.kind !== 'values' || group.spec.titled || group.limit > FEW || group.tree || group.spec.name.includes(',');

// Ask anew for every open group: most of them in one call, and for those that show more in calls of their own.
function refresh(panel) {
  panel.asking?.abort();
  const { signal } = (panel.asking = new AbortController());
  const key = keyOf(panel.filters);
  panel.asked = { key, at: Date.now() };
  panel.root.classList.add('busy');
  const open = [...panel.groups.values()].filter(isOpen);
  for (const group of open) if (group.found) search(panel, group, 0); // what was typed finds others among the new pictures
  const together = open.filter((group) => !isAlone(group));
  const names = together.map((group) => group.spec.name).join(',');
  const first = ask(panel, 'images', [...panel.filters, ['limit', 1], ['facets', names], ['facet_limit', FEW]], signal).then((answer) => {
    panel.total = answer.total;
    if (panel.sent) document.dispatchEvent(new CustomEvent('px-total', { detail: answer.total }));
    for (const group of together) answered(panel, group, key, answer.facets[group.spec.name]);
    paintTotal(panel);
  });
  settle(panel, signal, [first, ...open.filter(isAlone).map((group) => askAlone(panel, group, signal))]);
}

// One group: it was opened, or shows more than the common call brings.
function refreshOne(panel, group) {
  if (!panel.asking || panel.asking.signal.aborted) panel.asking = new AbortController();
  const { signal } = panel.asking;
  group.box.classList.add('busy');
  settle(panel, signal, [askAlone(panel, group, signal)]).finally(() => group.box.classList.remove('busy'));
}

function settle(panel, signal, jobs) {
  return Promise.all(jobs).then(
    () => trouble(panel, null),
    (problem) => { if (!signal.aborted) trouble(panel, problem); },
  ).finally(() => { if (!signal.aborted) panel.root.classList.remove('busy'); });
}

async function askAlone(panel, group, signal) {
  const { spec } = group, key = keyOf(panel.filters);
  if (spec.kind === 'confidence') {
    // Not needed to go on working, so it waits until the counts are there.
    await new Promise((done) => setTimeout(done, 250));
    if (signal.aborted) return;
    const answer = await ask(panel, 'insights/confidence', [...without(panel.filters, spec.from, spec.to), ['width', 5]], signal);
    answered(panel, group, key, { bars: answer.rows.filter((row) => row.from >= spec.low) });
  } else if (spec.kind === 'number') {
    const answer = await ask(panel, `facets/${encodeURIComponent(spec.name)}`, [...without(panel.filters, spec.from, spec.to), ['facet_limit', MOST]], signal);
    answered(panel, group, key, answer);
  } else if (spec.kind === 'values') {
    const limit = spec.titled || group.tree ? MOST : group.limit;
    const described = spec.titled || group.tree ? [['described', 'true']] : [];
    const answer = await ask(panel, `facets/${encodeURIComponent(spec.name)}`, [...panel.filters, ['facet_limit', limit], ...described], signal);
    answered(panel, group, key, answer);
  }
}

function answered(panel, group, key, answer) {
  group.answer = answer;
  group.answeredFor = key;
  keepPlace(panel, () => group.paint());
  paintTotal(panel);
}

// Values of which a word begins with what is typed, whether or not they are among those listed.
function search(panel, group, pause = 180) {
  clearTimeout(group.typing);
  group.searching?.abort();
  const prefix = group.typed.trim();
  if (!prefix || group.spec.titled || (group.answer && group.answer.distinct <= group.answer.values.length)) { group.found = null; return; }
  group.typing = setTimeout(() => {
    const { signal } = (group.searching = new AbortController());
    ask(panel, `facets/${encodeURIComponent(group.spec.name)}`, [...panel.filters, ['prefix', prefix], ['any_word', 'true'], ['facet_limit', MANY]], signal).then(
      (answer) => { group.found = { prefix, values: answer.values, distinct: answer.distinct }; group.paint(); },
      (problem) => { if (!signal.aborted) trouble(panel, problem); },
    );
  }, pause);
}

// A word on what is wrong; what passes by itself is tried again twice before anybody has to press a button.
function trouble(panel, problem) {
  const place = panel.root.querySelector('.trouble');
  clearTimeout(panel.again);
  if (!problem) { panel.tries = 0; place.hidden = true; place.replaceChildren(); return; }
  if (problem.status === 422 || problem.status === 404) return;  // the page says which filter it is
  const over = problem.status === 401;
  if (!over && (panel.tries = (panel.tries || 0) + 1) <= 2) { panel.again = setTimeout(() => refresh(panel), 1500 * panel.tries); }
  const act = over ? () => window.location.reload() : () => { panel.tries = 0; refresh(panel); };
  place.replaceChildren(
    element('span', {}, over ? 'Your session is over.' : `Counts are not available just now.${problem.reference ? ` Reference: ${problem.reference}` : ''}`),
    element('button', { type: 'button', onclick: act }, over ? 'Sign in again' : 'Try again'),
  );
  place.hidden = false;
}
