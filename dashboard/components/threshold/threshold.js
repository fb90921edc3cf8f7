// What a threshold takes away or brings, while the slider is moved; saved as a rule of the taxonomy, and taken back.
const SHOWN = 12;
const SHOWS_FROM = 55;

async function simulate(view) {
  view.asking?.abort();
  const asking = (view.asking = new AbortController());
  view.root.classList.add('busy');
  try {
    const asked = new URLSearchParams({ label: view.of, threshold: view.threshold });
    if (view.version) asked.set('min_version', view.version);
    const found = await ask(`/v1/review/thresholds?${asked}`, { signal: asking.signal });
    if (asking.signal.aborted) return;
    view.found = found;
    draw(view);
    const [lost, gained] = await Promise.all([pictures(found.lost, asking.signal), pictures(found.gained, asking.signal, false)]);
    if (!asking.signal.aborted) moved(view, lost, gained);
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) { if (trouble.name === 'AbortError') return; throw trouble; }
    view.at('.sheet').hidden = true;
    troubleNote(view.at('.place'), trouble, () => { view.at('.place').replaceChildren(); simulate(view); });
  } finally { if (view.asking === asking) view.root.classList.remove('busy'); }
}

// By the query where it lists exactly these, else one by one. What will be gained no query finds before it holds.
async function pictures(moved, signal, now = true) {
  if (!moved.images) return [];
  if (now && moved.query && moved.listed === moved.images) return (await ask(`/v1/images?${catalogueLink(moved.query).split('?')[1]}&limit=${SHOWN}`, { signal })).items;
  return Promise.all(moved.image_ids.slice(0, SHOWN).map((id) => ask(`/v1/images/${id}`, { signal })));
}

function draw(view) {
  const { found, at } = view;
  at('.place').replaceChildren();
  at('.sheet').hidden = false;
  at('h2').textContent = `From which confidence does “${found.label}” show?`;
  const top = Math.max(1, ...found.curve.map((step) => step.images));
  at('.top-of').textContent = `${words(top, 'picture')} at most`;
  const points = found.curve.map((step) => `${step.threshold} ${(39 - 37 * (step.images / top)).toFixed(2)}`);
  at('.trace').setAttribute('d', `M${points.join('L')}`);
  at('.area').setAttribute('d', `M0 40L${points.join('L')}L100 40Z`);
  at('svg').setAttribute('aria-label', `Pictures with ${found.label} by confidence: ${found.curve.filter((step) => step.threshold % 25 === 0).map((step) => `${step.images.toLocaleString('en')} from ${step.threshold} %`).join(', ')}`);
  mark(view);
  const difference = found.then - found.now;
  const judged = found.curve.filter((step) => step.threshold <= found.threshold).at(-1);
  // The curve is of confidence alone, the numbers are of what would be shown.
  const surer = judged && judged.threshold === found.threshold ? judged.images : null;
  const others = surer !== null && surer < found.then ? `; ${(found.then - surer).toLocaleString('en')} have it by a label below it, which has a threshold of its own` : '';
  const total = judged ? judged.accepted + judged.rejected : 0;
  const rows = [
    ['Pictures now', found.now.toLocaleString('en'), found.rule ? `with the threshold at ${percent(found.rule)}` : `from ${SHOWS_FROM} % on`],
    ['Pictures then', found.then.toLocaleString('en'), `${difference ? `${difference > 0 ? '+' : '−'}${Math.abs(difference).toLocaleString('en')}` : 'nothing changes'}${others}`],
    ['Right, as judged', total && judged.precision !== null ? percent(100 * judged.precision) : '–', total ? `${judged.accepted.toLocaleString('en')} of ${words(total, 'picture')} that people judged from ${percent(judged.threshold)} on` : found.judged ? `nobody judged pictures from ${percent(judged.threshold)} on` : 'nobody judged this label yet'],
    ['Still found', judged && judged.recall !== null ? percent(100 * judged.recall) : '–', 'of all pictures that people said yes to'],
  ];
  at('.figures').replaceChildren(...rows.flatMap(([what, value, more]) => {
    const part = element('div'), told = element('dd');
    told.append(element('b', '', value), element('span', '', more));
    part.append(element('dt', '', what), told);
    return [part];
  }));
  const same = found.threshold === found.rule;
  at('.apply').hidden = at('.off').hidden = !view.admin;
  at('.apply').disabled = same;
  at('.apply').textContent = found.lost.images ? `Apply: ${words(found.lost.images, 'picture loses', 'pictures lose')} it` : found.gained.images ? `Apply: ${words(found.gained.images, 'picture gets', 'pictures get')} it` : 'Apply';
  at('.off').disabled = !found.rule;
  at('.hint').textContent = view.admin
    ? `Labels show from ${SHOWS_FROM} % on by themselves. A threshold holds for new pictures as well; what people said yes to stays.`
    : 'An administrator can apply this: send them the address of this page.';
}

function mark(view) {
  for (const [name, value] of [['.at', view.threshold], ['.rule', view.found?.rule || SHOWS_FROM]]) {
    view.at(name).setAttribute('x1', value);
    view.at(name).setAttribute('x2', value);
  }
  view.slider.value = view.threshold;
  view.slider.setAttribute('aria-valuetext', `${view.threshold} percent`);
  if (view.root.getRootNode().activeElement !== view.number) view.number.value = view.threshold;
}

function moved(view, lost, gained) {
  const { found } = view;
  const parts = [['Would lose it', found.lost, lost, true], ['Would get it', found.gained, gained, false]].map(([title, told, images, now]) => {
    const part = element('div'), head = element('div', 'head');
    head.append(element('h3', '', `${title} (${told.images.toLocaleString('en')})`));
    if (now && told.images && told.query && told.listed === told.images) {
      const all = element('a', '', 'See all');
      all.href = catalogueLink(told.query);
      head.append(all);
    }
    part.append(head, images.length ? strip(images, view.href) : element('p', 'soft', now ? 'No picture loses the label.' : 'No picture gets the label.'));
    return part;
  });
  view.at('.moved').replaceChildren(...parts);
}

async function save(view, threshold) {
  const { of, at } = view, said = at('.said');
  at('.apply').disabled = at('.off').disabled = true;
  try {
    const before = await taxonomy();
    const rules = { ...before.rules, [of]: { ...before.rules[of], threshold } };
    const made = await saveRules(rules, before.version, threshold ? `“${of}” from ${threshold} % on` : `No threshold for “${of}”`, view.person);
    view.threshold = threshold;
    follow(view, made, before.rules);
  } catch (trouble) { problem(view, said, trouble); }
}

function problem(view, said, trouble) {
  if (!(trouble instanceof Trouble)) throw trouble;
  said.hidden = false;
  said.className = 'said bad';
  said.textContent = trouble.status === 409 ? 'Somebody else saved names or thresholds just now. Look at the figures again, then apply.' : trouble.message;
  simulate(view);
}

async function follow(view, made, former) {
  const said = view.at('.said');
  said.hidden = false;
  said.className = 'said';
  const back = former && button('Undo', '', async () => {
    back.disabled = true;
    try { follow(view, await saveRules(former, made.version, `Back to before version ${made.version}`, view.person), null); } catch (trouble) { problem(view, said, trouble); }
  });
  const tell = (job) => said.replaceChildren(`${former ? 'Applied' : 'Taken back'} as version ${made.version}. ${jobWords(job)} `, ...(back ? [back] : []));
  tell(made.job);
  const { label } = { label: view.of };
  const job = made.job && await followJob(made.job.id, tell, () => view.root.isConnected);
  view.version = job?.version || view.version;
  if (view.of === label) simulate(view);
}

function choose(view, of) {
  Object.assign(view, { of, threshold: SHOWS_FROM, found: null });
  view.at('.said').hidden = true;
  begin(view);
  view.send('go', { of: view.of, at: String(view.threshold) });
}

async function begin(view) {
  view.field.value = view.of;
  if (view.of) { mark(view); simulate(view); return; }
  view.at('.sheet').hidden = true;
  const place = view.at('.place');
  try {
    const frequent = await labelsLike('');
    if (!frequent.length) { note(place, 'No labels yet', 'Labels come with the first pictures.'); return; }
    note(place, 'Choose a label', 'See what a threshold would take away or bring before anything changes.', ...frequent.slice(0, 10).map(({ value }) => button(value, '', () => choose(view, value))));
  } catch (trouble) { troubleNote(place, trouble, () => begin(view)); }
}

const labelsLike = async (prefix) => (await ask(`/v1/facets/label?${new URLSearchParams({ facet_limit: 50, min_confidence: 20, ...(prefix && { prefix }) })}`)).values;

function build(root) {
  const at = (selector) => root.querySelector(selector);
  const view = { root, at, field: at('#px-of'), slider: at('[type=range]'), number: at('[type=number]'), of: '', threshold: SHOWS_FROM };
  let timer;
  const offer = async () => {
    const values = await labelsLike(view.field.value.trim()).catch(() => []);
    at('#px-ofs').replaceChildren(...values.map(({ value, count }) => Object.assign(element('option', '', words(count, 'picture')), { value })));
  };
  const take = () => { const of = view.field.value.trim(); if (of !== view.of) choose(view, of); };
  view.field.onfocus = offer;
  view.field.onchange = take;
  view.field.oninput = (event) => {
    clearTimeout(timer);
    if (event.inputType === 'insertReplacementText' || event.inputType === undefined) take();
    else timer = setTimeout(offer, 150);
  };
  const set = (value) => {
    if (Number.isNaN(value)) return;
    view.threshold = Math.round(10 * Math.min(100, Math.max(0, value))) / 10;
    mark(view);
    clearTimeout(view.soon);
    view.soon = setTimeout(() => simulate(view), 120);
  };
  view.slider.oninput = () => set(view.slider.valueAsNumber);
  view.number.oninput = () => set(view.number.valueAsNumber);
  view.slider.onchange = view.number.onchange = () => view.send('go', { of: view.of, at: String(view.threshold) });
  at('.apply').onclick = () => save(view, view.threshold);
  at('.off').onclick = () => save(view, 0);
  return view;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector('.px-threshold');
  const fresh = !root.pixplore; // with the element, not with this module: Streamlit may load it twice
  const view = (root.pixplore ??= build(root));
  Object.assign(view, { send: setTriggerValue, href: data.href, admin: data.admin, person: data.person });
  if (fresh || (data.of !== view.of && data.of !== view.given)) {
    Object.assign(view, { of: data.of, threshold: data.at ?? SHOWS_FROM });
    begin(view);
  }
  view.given = data.of;
}
