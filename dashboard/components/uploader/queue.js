// The files of an upload and what is known of each. Knows nothing of the page.
//
//   waiting -> checking -> checked -> asked -> granted -> sending -> sent -> ready | duplicate | rejected | failed
//                                                  \-> stuck (a broken connection; can be sent again)
//
// Ten thousand files are usual: every step looks only at the files of one phase, never at all of them.
const PARALLEL_CHECKS = 2;
const ENDED = new Set(['ready', 'duplicate', 'rejected', 'failed', 'stuck']);
const RETRYABLE = new Set(['failed', 'stuck']);
const UNSENT = ['waiting', 'checking', 'checked', 'asked', 'granted', 'sending'];
const PHASES = [...UNSENT, 'sent', ...ENDED];

// A queue goes on while Streamlit reruns, and while the person looks at another page of the dashboard, where
// components/uploading tells of it. Not module scope: Streamlit may load this module twice.
const queues = (globalThis.pixploreUploads ??= new Map());

function queueOf(key, batch) {
  if (!queues.has(key) && batch) adopt(key, batch);
  if (!queues.has(key)) {
    const queue = {
      key, batch: null, items: [], of: Object.fromEntries(PHASES.map((phase) => [phase, new Set()])), byKey: new Map(), byImage: new Map(),
      seen: new Set(), paused: false, asking: null, answered: null, say: null, changed: () => {}, tell: () => {}, trouble: null,
      notBefore: 0, lastStates: 0, statesEvery: 700, regrant: new Set(), retryServer: false, pace: [], limits: { max_bytes: 15e6 },
      worker: null, tasks: new Map(), awaited: 0, opening: 0, checks: 0, sends: 0, numbers: 0, timer: null,
      left: () => unsentCount(queue), root: null, shown: () => Boolean(queue.root?.isConnected),
    };
    queues.set(key, queue);
  }
  return queues.get(key);
}

// Python began a new session, in which the batch has a queue of another name: the files are here all the same.
function adopt(key, batch) {
  for (const [old, queue] of queues) {
    if (queue.batch !== batch) continue;
    queues.delete(old);
    queues.set(key, Object.assign(queue, { key, notBefore: 0, trouble: null })); // what the old session refused is asked anew
    if (queue.asking) unanswered(queue, queue.asking.question);
    queue.asking = null;
    return;
  }
}

function move(queue, item, phase, more) {
  queue.of[item.phase].delete(item);
  Object.assign(item, more, { phase });
  queue.of[phase].add(item);
}

function addItem(queue, same, about) {
  if (queue.seen.has(same)) return false;
  queue.seen.add(same);
  const item = {
    key: ++queue.numbers, same, entry: null, phase: 'waiting', done: 0, tries: 0, kind: '', sha256: null, image: null,
    grant: null, message: '', duplicate: null, xhr: null, ...about,
  };
  queue.items.push(item);
  queue.byKey.set(item.key, item);
  queue.of[item.phase].add(item);
  return true;
}

const ZIP = /\.zip$/i;
const sameAs = (file) => `${file.name}|${file.size}|${file.lastModified}|${file.webkitRelativePath || ''}`;

// Puts files into the list; archives are opened and their pictures follow. Returns how many were added at once.
function addFiles(queue, files) {
  let added = 0;
  let twice = 0;
  let archives = 0;
  for (const file of files) {
    if (ZIP.test(file.name)) { archives += 1; openZip(queue, file); continue; }
    if (addItem(queue, sameAs(file), { file, name: file.name, size: file.size })) added += 1; else twice += 1;
  }
  pump(queue);
  return { added, twice, archives };
}

async function openZip(queue, file) {
  queue.opening += 1;
  const { entries, refused, left, fault } = await work(queue, 'list', { file });
  queue.opening -= 1;
  const counted = { added: 0, twice: 0, left: left || 0, refused: 0, archive: file.name };
  const base = (path) => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1) || path;
  if (fault) addItem(queue, sameAs(file), { file: null, name: file.name, size: file.size, phase: 'rejected', local: true, message: fault });
  for (const one of refused || []) {
    const about = { file: null, name: one.path, size: one.size, phase: 'rejected', local: true, message: one.why };
    if (addItem(queue, `${sameAs(file)}|${one.path}`, about)) counted.refused += 1;
  }
  for (const entry of entries || []) {
    const about = { file, entry, name: base(entry.path), size: entry.size };
    if (addItem(queue, `${sameAs(file)}|${entry.path}|${entry.offset}`, about)) counted.added += 1; else counted.twice += 1;
  }
  queue.tell({ ...counted, fault });
  pump(queue);
}

function pump(queue) {
  check(queue);
  send(queue);
  ask(queue);
  queue.changed();
  clearTimeout(queue.timer);
  if (unsentCount(queue) || queue.of.sent.size || queue.asking || queue.opening) {
    queue.timer = setTimeout(() => pump(queue), 350);
  } else if (queue.worker) {
    queue.worker.terminate();
    queue.worker = null;
  }
}

function unsentCount(queue) {
  return UNSENT.reduce((sum, phase) => sum + queue.of[phase].size, 0);
}

function unsentItems(queue) {
  return UNSENT.flatMap((phase) => [...queue.of[phase]]);
}

function check(queue) {
  for (const item of queue.of.waiting) {
    if (queue.paused || queue.checks >= PARALLEL_CHECKS) return;
    move(queue, item, 'checking');
    queue.checks += 1;
    checkOne(queue, item);
  }
}

async function checkOne(queue, item) {
  const hash = item.size <= queue.limits.max_bytes;
  const { kind, sha256, fault } = await work(queue, 'check', { file: item.file, entry: item.entry, hash });
  queue.checks -= 1;
  if (item.phase === 'checking') {
    if (fault) move(queue, item, 'rejected', { message: fault, local: true }); else move(queue, item, 'checked', { kind, sha256 });
  }
  pump(queue);
}

// One task for the worker; resolves with its answer, which has `fault` (a sentence) where it failed.
function work(queue, task, what) {
  if (!queue.worker) {
    const url = URL.createObjectURL(new Blob([WORKER], { type: 'text/javascript' }));
    queue.worker = new Worker(url);
    URL.revokeObjectURL(url);
    queue.worker.onmessage = ({ data }) => {
      const resolve = queue.tasks.get(data.key);
      queue.tasks.delete(data.key);
      if (resolve) resolve(data);
    };
  }
  queue.taskNumber = (queue.taskNumber || 0) + 1;
  const key = queue.taskNumber;
  return new Promise((resolve) => {
    queue.tasks.set(key, resolve);
    queue.worker.postMessage({ ...what, task, key });
  });
}

function pause(queue, paused) {
  queue.paused = paused;
  if (paused) {
    for (const item of [...queue.of.sending]) {
      const { xhr } = item;
      move(queue, item, 'granted', { done: 0 });
      if (xhr) xhr.abort();
    }
  }
  queue.pace = [];
  queue.notBefore = 0;
  pump(queue);
}

function retry(queue, items) {
  for (const item of items) {
    if (!RETRYABLE.has(item.phase)) continue;
    const fresh = { tries: 0, message: '' };
    if (item.phase === 'failed') {
      queue.retryServer = true;
      move(queue, item, 'sent', { ...fresh, status: 'received' });
    } else if (item.image) {
      move(queue, item, 'asked', fresh);
      queue.regrant.add(item.image);
    } else move(queue, item, 'waiting', fresh);
  }
  queue.notBefore = 0;
  queue.trouble = null;
  pump(queue);
}

// Takes out what is not sent yet; what storage has already goes its way.
function cancel(queue, items) {
  const gone = new Set(items);
  queue.items = queue.items.filter((item) => !gone.has(item));
  for (const item of gone) {
    const { xhr } = item;
    queue.of[item.phase].delete(item);
    item.phase = 'cancelled';
    if (xhr) xhr.abort();
    queue.byKey.delete(item.key);
    queue.byImage.delete(item.image);
    queue.seen.delete(item.same);
    queue.regrant.delete(item.image);
  }
  pump(queue);
}
