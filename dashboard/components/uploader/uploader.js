// The page's side: shows a queue, passes its questions to Python and Python's answers to it.
const views = new WeakMap();
const GROUPS = [
  ['all', 'All', () => true],
  ['going', 'Under way', (item) => !ENDED.has(item.phase)],
  ['ready', 'Searchable', (item) => item.phase === 'ready'],
  ['duplicate', 'Already there', (item) => item.phase === 'duplicate'],
  ['bad', 'Need attention', (item) => ['rejected', 'failed', 'stuck'].includes(item.phase)],
];

function photographs(n) {
  return n === 1 ? '1 photograph' : `${n.toLocaleString('en')} photographs`;
}

function totals(queue) {
  const sum = { all: queue.items.length, going: 0, ready: 0, duplicate: 0, bad: 0, unsent: 0, bytes: 0, done: 0, shareSent: 0, shareDone: 0 };
  for (const item of queue.items) {
    const ended = ENDED.has(item.phase);
    const sent = ended || item.phase === 'sent';
    if (!ended) sum.going += 1;
    if (!sent) sum.unsent += 1;
    if (item.phase === 'ready' || item.phase === 'duplicate') sum[item.phase] += 1; else if (ended) sum.bad += 1;
    sum.bytes += item.size;
    sum.done += sent ? item.size : item.done;
    sum.shareSent += sent ? 1 : item.size ? item.done / item.size : 0;
    sum.shareDone += ended ? 1 : 0;
  }
  return sum;
}

function titleOf(queue, sum) {
  if (sum.going) {
    if (queue.paused && sum.unsent) return `Paused: ${photographs(sum.unsent)} to send`;
    if (sum.unsent) return `Uploading ${photographs(sum.all)}`;
    return `${photographs(sum.going)} being looked at`;
  }
  if (sum.bad) return `${sum.bad} of ${photographs(sum.all)} need${sum.bad === 1 ? 's' : ''} your attention`;
  if (sum.duplicate === sum.all) return sum.all === 1 ? 'This photograph is in the catalogue already' : 'All of these are in the catalogue already';
  return sum.all === 1 ? 'Your photograph is searchable' : `All ${photographs(sum.all)} are in the catalogue`;
}

function paceOf(queue, sum) {
  if (!sum.going) return `${sum.ready} searchable · ${sum.duplicate} already there · ${sum.bad} not taken`;
  const words = [`${sizeWords(sum.done)} of ${sizeWords(sum.bytes)}`];
  const now = Date.now();
  queue.sent = queue.sent.filter(([at]) => now - at < 8000);
  if (sum.unsent && queue.sent.length > 1 && !queue.paused) {
    const pace = queue.sent.reduce((total, [, bytes]) => total + bytes, 0) / Math.max(0.5, (now - queue.sent[0][0]) / 1000);
    const left = (sum.bytes - sum.done) / pace;
    words.push(`${sizeWords(Math.round(pace))} a second`, left < 90 ? `about ${Math.max(1, Math.round(left))} s left` : `about ${Math.round(left / 60)} min left`);
  } else if (!sum.unsent) words.push(`${sum.shareDone} of ${sum.all} done`);
  return words.join(' · ');
}

function paint(view) {
  const { queue, root, at } = view;
  const sum = totals(queue);
  root.classList.toggle('busy', sum.all > 0);
  at('.panel').hidden = !sum.all;
  if (!sum.all) return;
  const title = titleOf(queue, sum);
  at('.title').textContent = title;
  at('.pace').textContent = paceOf(queue, sum);
  const percent = Math.floor((100 * (0.7 * sum.shareSent + 0.3 * sum.shareDone)) / sum.all);
  at('.total').setAttribute('aria-valuenow', String(percent));
  at('.total').setAttribute('aria-valuetext', title);
  at('.total .sent').style.width = `${(100 * sum.shareSent) / sum.all}%`;
  at('.total .done').style.width = `${(100 * sum.shareDone) / sum.all}%`;
  const retryable = queue.items.filter((item) => RETRYABLE.has(item.phase)).length;
  at('.again').hidden = !retryable;
  at('.again').textContent = retryable === 1 ? 'Retry the failed one' : `Retry all ${retryable} failed`;
  at('.pause').hidden = !sum.unsent;
  at('.pause').textContent = queue.paused ? 'Resume' : 'Pause';
  at('.stop').hidden = !sum.unsent;
  at('.clear').hidden = sum.going > 0;
  at('.trouble').hidden = !queue.trouble;
  at('.trouble span').textContent = queue.trouble || '';
  for (const [group] of GROUPS) {
    const chip = view.chips.get(group);
    chip.hidden = group !== 'all' && !sum[group];
    chip.lastChild.textContent = sum[group].toLocaleString('en');
    if (chip.hidden && view.group === group) view.group = 'all';
    chip.setAttribute('aria-pressed', String(view.group === group));
  }
  const keep = GROUPS.find(([group]) => group === view.group)[2];
  const items = view.group === 'all' ? queue.items : queue.items.filter(keep);
  at('.none').hidden = items.length > 0;
  paintList(view, items);
  speak(view, title, sum);
}

function speak(view, title, sum) {
  const now = Date.now();
  const milestone = sum.going ? Math.floor((4 * sum.shareDone) / sum.all) : 'end';
  const words = sum.going ? `${title}. ${sum.shareDone} of ${sum.all} done.` : `${title}. ${paceOf(view.queue, sum)}.`;
  const key = `${sum.going ? view.queue.paused : ''}|${milestone}|${sum.all}|${sum.going ? '' : sum.bad}`;
  if (key === view.spoken || (sum.going && now - view.spokenAt < 4000)) return;
  view.spoken = key;
  view.spokenAt = now;
  view.at('.live').textContent = words;
}

function take(view, files) {
  const pictures = wanted(files);
  const { added, twice } = addFiles(view.queue, pictures);
  const left = files.length - pictures.length;
  const words = [`${photographs(added)} added`];
  if (twice) words.push(`${twice} in this list already`);
  if (left) words.push(`${left} system file${left === 1 ? '' : 's'} left out`);
  view.at('.live').textContent = `${words.join(', ')}.`;
}

function build(root) {
  const at = (selector) => root.querySelector(selector);
  const view = { root, at, queue: null, href: '', group: 'all', list: at('.list'), track: at('.track'), rows: new Map(), chips: new Map(), spoken: '', spokenAt: 0, asked: false };
  view.soon = () => {
    if (view.asked) return;
    view.asked = true;
    setTimeout(() => { view.asked = false; if (view.root.isConnected) paint(view); }, 80);
  };
  for (const [group, label] of GROUPS) {
    const chip = element('button', 'chip', label);
    chip.type = 'button';
    chip.dataset.group = group;
    chip.append(element('b', '', '0'));
    chip.onclick = () => { view.group = group; view.list.scrollTop = 0; paint(view); };
    view.chips.set(group, chip);
    at('.chips').append(chip);
  }
  for (const selector of ['.files', '.folder']) {
    at(selector).onchange = (event) => { take(view, Array.from(event.target.files)); event.target.value = ''; };
  }
  const drop = at('.drop');
  let depth = 0;
  drop.ondragenter = (event) => { event.preventDefault(); depth += 1; drop.classList.add('over'); };
  drop.ondragleave = () => { depth -= 1; if (depth <= 0) { depth = 0; drop.classList.remove('over'); } };
  drop.ondragover = (event) => { event.preventDefault(); event.dataTransfer.dropEffect = 'copy'; };
  drop.ondrop = async (event) => {
    event.preventDefault();
    depth = 0;
    drop.classList.remove('over');
    let part = [];
    for await (const file of filesOf(entriesOf(event.dataTransfer))) {
      part.push(file);
      if (part.length === 200) { take(view, part); part = []; }
    }
    if (part.length) take(view, part);
  };
  view.onAct = (item) => (RETRYABLE.has(item.phase) ? retry(view.queue, [item]) : cancel(view.queue, [item]));
  at('.again').onclick = () => retry(view.queue, view.queue.items);
  at('.pause').onclick = () => pause(view.queue, !view.queue.paused);
  at('.stop').onclick = () => { pause(view.queue, false); cancel(view.queue, unsentItems(view.queue)); at('.files').focus(); };
  at('.clear').onclick = () => { cancel(view.queue, [...view.queue.items]); at('.files').focus(); };
  at('.resume').onclick = () => retry(view.queue, []);
  view.list.onscroll = view.soon;
  view.watch = new ResizeObserver(view.soon);
  view.watch.observe(view.list);
  return view;
}

window.addEventListener('beforeunload', (event) => {
  for (const queue of queues.values()) if (unsentItems(queue).length) event.preventDefault();
});

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector('.px-uploader');
  let view = views.get(root);
  if (!view) views.set(root, view = build(root));
  if (view.queue && view.queue.key !== data.queue) { view.queue.say = null; view.queue.changed = () => {}; }
  const queue = queueOf(data.queue);
  // A question put to an element that the page has replaced since may be lost.
  if (view.queue !== queue && queue.asking) queue.asking.again = Date.now() + 1000;
  view.queue = queue;
  Object.assign(view, { href: data.href });
  queue.limits = data.limits;
  queue.changed = view.soon;
  queue.say = (question) => setTriggerValue('ask', question);
  root.querySelector('.lead').textContent = data.lead;
  root.querySelector('.hint').textContent = data.hint;
  answer(queue, data.answer);
  pump(queue);
  paint(view);
  return () => { queue.say = null; queue.changed = () => {}; };
}
