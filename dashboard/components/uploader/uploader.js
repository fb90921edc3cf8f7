// The page's side: shows a queue, passes its first question to Python and Python's answer to it.
const views = new WeakMap();
const GROUPS = [
  ['all', 'All', () => true],
  ['going', 'Under way', (item) => !ENDED.has(item.phase)],
  ['ready', 'Searchable', (item) => item.phase === 'ready'],
  ['duplicate', 'Already there', (item) => item.phase === 'duplicate'],
  ['bad', 'Need attention', (item) => ['rejected', 'failed', 'stuck'].includes(item.phase)],
];

function picturesOf(n) {
  return n === 1 ? '1 picture' : `${n.toLocaleString('en')} pictures`;
}

function totals(queue) {
  const { of } = queue;
  const sum = { all: queue.items.length, ready: of.ready.size, duplicate: of.duplicate.size, bytes: 0, done: 0, shareSent: 0, shareDone: 0 };
  sum.bad = of.rejected.size + of.failed.size + of.stuck.size;
  sum.unsent = unsentCount(queue);
  sum.going = sum.unsent + of.sent.size;
  sum.shareDone = sum.all - sum.going;
  sum.shareSent = sum.all - sum.unsent;
  for (const item of queue.items) if (!item.local) sum.bytes += item.size;
  sum.done = sum.bytes;
  for (const phase of UNSENT) {
    for (const item of of[phase]) {
      sum.done -= item.size - item.done;
      if (item.size) sum.shareSent += item.done / item.size;
    }
  }
  return sum;
}

function titleOf(queue, sum) {
  if (sum.going) {
    if (queue.paused && sum.unsent) return `Paused: ${picturesOf(sum.unsent)} to send`;
    if (sum.unsent) return `Uploading ${picturesOf(sum.all)}`;
    return `${picturesOf(sum.going)} being looked at`;
  }
  if (sum.bad) return `${sum.bad.toLocaleString('en')} of ${picturesOf(sum.all)} need${sum.bad === 1 ? 's' : ''} your attention`;
  if (sum.duplicate === sum.all) return sum.all === 1 ? 'This picture is in the catalogue already' : 'All of these are in the catalogue already';
  return sum.all === 1 ? 'Your picture is searchable' : `All ${picturesOf(sum.all)} are in the catalogue`;
}

// Bytes a second over the last ten; null until there is something to tell from.
function speed(queue, sum) {
  const now = Date.now();
  const last = queue.pace[queue.pace.length - 1];
  if (!last || now - last[0] >= 400) queue.pace.push([now, sum.done]);
  while (queue.pace.length > 2 && now - queue.pace[0][0] > 10000) queue.pace.shift();
  const [from, bytes] = queue.pace[0];
  return now - from > 900 && sum.done > bytes ? (1000 * (sum.done - bytes)) / (now - from) : null;
}

function timeLeft(seconds) {
  if (seconds < 90) return `about ${Math.max(1, Math.round(seconds))} s left`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min left`;
  return `about ${(seconds / 3600).toFixed(1)} h left`;
}

function paceOf(queue, sum) {
  const n = (number) => number.toLocaleString('en');
  if (!sum.going) return `${n(sum.ready)} searchable · ${n(sum.duplicate)} already there · ${n(sum.bad)} not taken`;
  const words = [`${sizeWords(sum.done)} of ${sizeWords(sum.bytes)}`];
  if (sum.unsent && !queue.paused) {
    const pace = speed(queue, sum);
    if (pace) words.push(`${sizeWords(Math.round(pace))} a second`, timeLeft((sum.bytes - sum.done) / pace));
  } else if (!sum.unsent) words.push(`${n(sum.shareDone)} of ${n(sum.all)} done`);
  return words.join(' · ');
}

// Files of an earlier sitting that nobody sends just now: those in the list here speak for themselves.
function paintAwaited({ queue, at }, sum) {
  const n = sum.going + queue.opening + queue.of.stuck.size ? 0 : queue.awaited, line = at('.awaited');
  const words = n ? `${n.toLocaleString('en')} ${n === 1 ? 'file' : 'files'} of this upload never arrived. Choose the same files, folder or ZIP again: only what is missing is sent.` : '';
  if (line.textContent !== words) line.textContent = words;
  line.hidden = !n;
  at('.lead').textContent = n ? 'Choose the same files again to finish' : queue.batch ? 'Drop more pictures here' : 'Drop pictures or folders here';
}

function paint(view) {
  const { queue, root, at } = view;
  const sum = totals(queue);
  paintAwaited(view, sum);
  root.classList.toggle('busy', sum.all > 0);
  at('.panel').hidden = !sum.all;
  at('.opening').hidden = !queue.opening;
  at('.opening').textContent = sum.all ? 'Reading more …' : 'Reading …';
  if (!sum.all) return;
  const title = titleOf(queue, sum);
  at('.title').textContent = title;
  at('.pace').textContent = paceOf(queue, sum);
  const percent = Math.floor((100 * (0.7 * sum.shareSent + 0.3 * sum.shareDone)) / sum.all);
  at('.total').setAttribute('aria-valuenow', String(percent));
  at('.total').setAttribute('aria-valuetext', title);
  at('.total .sent').style.width = `${(100 * sum.shareSent) / sum.all}%`;
  at('.total .done').style.width = `${(100 * sum.shareDone) / sum.all}%`;
  const retryable = queue.of.failed.size + queue.of.stuck.size;
  at('.again').hidden = !retryable;
  at('.again').textContent = retryable === 1 ? 'Retry the failed one' : `Retry all ${retryable.toLocaleString('en')} failed`;
  at('.pause').hidden = !sum.unsent;
  at('.pause').textContent = queue.paused ? 'Resume' : 'Pause';
  at('.stop').hidden = !sum.unsent;
  at('.clear').hidden = sum.going > 0 || queue.opening > 0;
  at('.errors').hidden = !(sum.bad + sum.duplicate);
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

// In parts: asking ten thousand files for their size takes the browser seconds.
async function take(view, files) {
  const { queue } = view;
  const pictures = wanted(files);
  const sum = { added: 0, twice: 0, archives: 0 };
  queue.opening += 1;
  for (let at = 0; at < pictures.length; at += 100) {
    const part = addFiles(queue, pictures.slice(at, at + 100));
    for (const what of Object.keys(sum)) sum[what] += part[what];
    await new Promise((resolve) => { setTimeout(resolve); });
  }
  queue.opening -= 1;
  pump(queue);
  const { added, twice, archives } = sum;
  const left = files.length - pictures.length;
  const words = [];
  if (added || !archives) words.push(`${picturesOf(added)} added`);
  if (archives) words.push(archives === 1 ? 'opening the ZIP' : `opening ${archives} ZIPs`);
  if (twice) words.push(`${twice} in this list already`);
  if (left) words.push(`${left} system file${left === 1 ? '' : 's'} left out`);
  view.at('.live').textContent = `${words.join(', ')}.`;
}

function tellOfZip(view, { archive, added, twice, refused, fault }) {
  if (fault) { view.at('.live').textContent = `${archive} was not taken. ${fault}`; return; }
  const words = [`${picturesOf(added)} found in ${archive}`];
  if (refused) words.push(`${refused.toLocaleString('en')} not taken`);
  if (twice) words.push(`${twice.toLocaleString('en')} in this list already`);
  view.at('.live').textContent = `${words.join(', ')}.`;
}

// What was not taken, as a table; no cell can start a formula in a spreadsheet.
function errorsCsv(queue) {
  const cell = (text) => {
    const safe = /^'*[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
    return `"${safe.replaceAll('"', '""')}"`;
  };
  const rows = queue.items.filter((item) => ['rejected', 'failed', 'stuck', 'duplicate'].includes(item.phase));
  const lines = [['file', 'size', 'state', 'reason'], ...rows.map((item) => [item.name, String(item.size), WORDS[item.phase], item.message])];
  return `\ufeff${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}

function saveErrors(queue) {
  const link = element('a');
  link.href = URL.createObjectURL(new Blob([errorsCsv(queue)], { type: 'text/csv;charset=utf-8' }));
  link.download = 'upload-errors.csv';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
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
      if (part.length === 200) { await take(view, part); part = []; }
    }
    if (part.length) await take(view, part);
  };
  view.onAct = (item) => (RETRYABLE.has(item.phase) ? retry(view.queue, [item]) : cancel(view.queue, [item]));
  at('.again').onclick = () => retry(view.queue, view.queue.items);
  at('.pause').onclick = () => pause(view.queue, !view.queue.paused);
  at('.stop').onclick = () => { pause(view.queue, false); cancel(view.queue, unsentItems(view.queue)); at('.files').focus(); };
  at('.clear').onclick = () => { cancel(view.queue, view.queue.items); at('.files').focus(); };
  at('.errors').onclick = () => saveErrors(view.queue);
  at('.resume').onclick = () => retry(view.queue, []);
  view.list.onscroll = () => { if (view.queue) view.queue.scrolled = view.list.scrollTop; view.soon(); };
  view.watch = new ResizeObserver(view.soon);
  view.watch.observe(view.list);
  return view;
}

window.addEventListener('beforeunload', (event) => {
  for (const queue of queues.values()) if (unsentCount(queue)) event.preventDefault();
});

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector('.px-uploader');
  let view = views.get(root);
  const again = !view; // after a sign-in, or after a look at another page
  if (again) views.set(root, view = build(root));
  if (view.queue && view.queue.key !== data.queue) view.queue.root = null;
  const queue = queueOf(data.queue, data.batch);
  // A question put to an element that the page has replaced since may be lost.
  if (view.queue !== queue && queue.asking) queue.asking.again = Math.min(queue.asking.again, Date.now() + 1000);
  view.queue = queue;
  if (again) Object.assign(queue, { notBefore: 0, trouble: null });
  Object.assign(view, { href: data.href });
  queue.limits = data.limits;
  queue.batch = data.batch || queue.batch;
  queue.root = root;
  queue.changed = view.soon;
  queue.tell = (said) => tellOfZip(view, said);
  queue.say = (question) => setTriggerValue('ask', question);
  root.querySelector('.hint').textContent = data.hint;
  queue.awaited = data.awaited;
  answer(queue, data.answer);
  pump(queue);
  paint(view);
  // The page may have put another element, or this one elsewhere: people stay where they had scrolled to.
  if (!view.list.scrollTop && queue.scrolled) view.list.scrollTop = queue.scrolled;
}
