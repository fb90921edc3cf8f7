// The upload itself: check -> ask for a grant -> send to storage -> watch until searchable. Knows nothing of the page.
//
//   waiting -> checking -> checked -> asked -> granted -> sending -> sent -> ready | duplicate | rejected | failed
//                                                  \-> stuck (a broken connection; can be sent again)
const CHUNK = 100;
const PARALLEL_CHECKS = 2;
const PARALLEL_SENDS = 4;
const PATIENCE = 6000; // ms until a question is asked again; Python answers a question once
const ENDED = new Set(['ready', 'duplicate', 'rejected', 'failed', 'stuck']);
const RETRYABLE = new Set(['failed', 'stuck']);

// Module scope: a queue goes on while Streamlit reruns, and while the person looks at another page.
const queues = new Map();

function queueOf(key) {
  if (!queues.has(key)) {
    queues.set(key, {
      key, items: [], byKey: new Map(), byImage: new Map(), seen: new Set(), paused: false, asking: null, answered: null,
      say: null, changed: () => {}, trouble: null, notBefore: 0, lastStates: 0, statesEvery: 700, regrant: new Set(),
      retryServer: false, sent: [], limits: { max_bytes: 15e6 }, worker: null, checks: 0, sends: 0, numbers: 0, timer: null,
    });
  }
  return queues.get(key);
}

function addFiles(queue, files) {
  let added = 0;
  let twice = 0;
  for (const file of files) {
    const same = `${file.name}|${file.size}|${file.lastModified}|${file.webkitRelativePath || ''}`;
    if (queue.seen.has(same)) { twice += 1; continue; }
    queue.seen.add(same);
    const item = {
      key: ++queue.numbers, same, file, name: file.name, size: file.size, phase: 'waiting', done: 0, tries: 0,
      kind: '', sha256: null, image: null, grant: null, message: '', duplicate: null, xhr: null,
    };
    queue.items.push(item);
    queue.byKey.set(item.key, item);
    added += 1;
  }
  pump(queue);
  return { added, twice };
}

function pump(queue) {
  check(queue);
  send(queue);
  ask(queue);
  queue.changed();
  clearTimeout(queue.timer);
  if (queue.items.some((item) => !ENDED.has(item.phase)) || queue.asking) {
    queue.timer = setTimeout(() => pump(queue), 350);
  } else if (queue.worker) {
    queue.worker.terminate();
    queue.worker = null;
  }
}

function check(queue) {
  if (queue.paused || queue.checks >= PARALLEL_CHECKS) return;
  for (const item of queue.items) {
    if (queue.checks >= PARALLEL_CHECKS) break;
    if (item.phase !== 'waiting') continue;
    item.phase = 'checking';
    queue.checks += 1;
    checker(queue).postMessage({ key: item.key, file: item.file, hash: item.size <= queue.limits.max_bytes });
  }
}

function checker(queue) {
  if (!queue.worker) {
    const url = URL.createObjectURL(new Blob([WORKER], { type: 'text/javascript' }));
    queue.worker = new Worker(url);
    URL.revokeObjectURL(url);
    queue.worker.onmessage = ({ data }) => {
      queue.checks -= 1;
      const item = queue.byKey.get(data.key);
      if (item && data.unreadable) {
        item.phase = 'rejected';
        item.message = 'The browser cannot read this file any more. Choose it again.';
      } else if (item) {
        Object.assign(item, { kind: data.kind, sha256: data.sha256, phase: 'checked' });
      }
      pump(queue);
    };
  }
  return queue.worker;
}

// One question at a time, so that none is lost between two runs of the page.
function ask(queue) {
  const now = Date.now();
  if (queue.asking) {
    if (queue.say && now > queue.asking.again) { queue.asking.again = now + PATIENCE; queue.say(queue.asking.question); }
    return;
  }
  if (!queue.say || now < queue.notBefore) return;
  const question = nextQuestion(queue, now);
  if (!question) return;
  question.request = `${now.toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  queue.asking = { question, again: now + PATIENCE };
  queue.say(question);
}

function nextQuestion(queue, now) {
  const of = (phase) => queue.items.filter((item) => item.phase === phase);
  const checked = of('checked');
  const busy = of('granted').length + of('sending').length;
  const more = queue.items.some((item) => item.phase === 'waiting' || item.phase === 'checking');
  if (checked.length && !queue.paused && (checked.length >= CHUNK || !more || busy < 2 * PARALLEL_SENDS)) {
    const files = checked.slice(0, CHUNK);
    for (const item of files) item.phase = 'asked';
    return { kind: 'grants', files: files.map(({ key, name, size, kind, sha256 }) => ({ key, name, size, content_type: kind, sha256 })) };
  }
  if (queue.retryServer || queue.regrant.size) {
    const question = { kind: 'retry', images: [...queue.regrant], failed: queue.retryServer };
    queue.regrant.clear();
    queue.retryServer = false;
    return question;
  }
  const watched = queue.items.some((item) => item.phase === 'sent');
  const every = document.hidden ? 5000 : queue.statesEvery;
  if (watched && now - queue.lastStates >= every) { queue.lastStates = now; return { kind: 'states' }; }
  return null;
}

function answer(queue, said) {
  if (!said || !queue.asking || said.request !== queue.asking.question.request) return;
  const { question } = queue.asking;
  queue.asking = null;
  queue.trouble = said.error || null;
  if (said.error) {
    queue.notBefore = Date.now() + (said.again ? 4000 : 3600e3);
    for (const file of question.files || []) {
      const item = queue.byKey.get(file.key);
      if (item && item.phase === 'asked') item.phase = 'checked';
    }
    for (const image of question.images || []) queue.regrant.add(image);
    queue.retryServer = queue.retryServer || Boolean(question.failed);
  } else if (question.kind === 'states') {
    const news = said.items.filter(([image, ...state]) => follow(queue, queue.byImage.get(image), ...state)).length;
    queue.statesEvery = news ? 700 : Math.min(3000, queue.statesEvery * 1.3);
  } else {
    for (const one of said.items) granted(queue, queue.byKey.get(one.key) || queue.byImage.get(one.image_id), one);
    for (const image of question.images || []) {
      const item = queue.byImage.get(image);
      if (item && item.phase === 'asked') Object.assign(item, { phase: 'stuck', message: 'This file can no longer be sent. Choose it again.' });
    }
  }
  pump(queue);
}

function granted(queue, item, one) {
  if (!item || item.phase === 'sending') return;
  item.image = one.image_id;
  queue.byImage.set(one.image_id, item);
  if (one.upload) {
    item.grant = one.upload;
    item.phase = 'granted';
    item.message = '';
  } else {
    follow(queue, item, one.status, one.error ? one.error.message : '', one.duplicate_of || null);
  }
}

// The server's word on a file that was sent (or needed no sending); true when it is news.
function follow(queue, item, status, message, duplicate) {
  if (!item || ['granted', 'sending', 'stuck'].includes(item.phase)) return false;
  const phase = ENDED.has(status) ? status : 'sent';
  if (item.phase === phase && item.status === status) return false;
  Object.assign(item, { phase, status, message: message || '', duplicate: duplicate || null });
  if (phase !== 'sent') item.done = item.size;
  return true;
}

function send(queue) {
  if (queue.paused) return;
  for (const item of queue.items) {
    if (queue.sends >= PARALLEL_SENDS) break;
    if (item.phase === 'granted' && (item.after || 0) <= Date.now()) sendOne(queue, item);
  }
}

function sendOne(queue, item) {
  const xhr = new XMLHttpRequest();
  const form = new FormData();
  for (const [name, value] of Object.entries(item.grant.fields)) form.append(name, value);
  form.append('file', item.file, 'file'); // storage wants the file last; its name is not its key
  Object.assign(item, { phase: 'sending', done: 0, xhr });
  queue.sends += 1;
  xhr.open('POST', item.grant.url);
  xhr.timeout = 10 * 60 * 1000;
  xhr.upload.onprogress = (event) => { item.done = Math.min(item.size, event.loaded); queue.changed(); };
  xhr.onloadend = () => {
    queue.sends -= 1;
    item.xhr = null;
    if (xhr.status >= 200 && xhr.status < 300) {
      Object.assign(item, { phase: 'sent', status: 'received', done: item.size, grant: null, tries: 0 });
      queue.sent.push([Date.now(), item.size]);
      queue.statesEvery = 700;
    } else if (item.phase === 'sending') {
      unsent(queue, item, xhr.status);
    }
    pump(queue);
  };
  xhr.send(form);
}

function unsent(queue, item, status) {
  item.done = 0;
  item.tries += 1;
  if (item.tries > 3) {
    item.phase = 'stuck';
    item.message = status ? 'Storage refused this file. Try again.' : 'The connection broke. Try again.';
  } else if (status === 403) { // the grant has run out
    item.phase = 'asked';
    queue.regrant.add(item.image);
  } else {
    item.phase = 'granted';
    item.after = Date.now() + 1000 * 3 ** (item.tries - 1);
  }
}

function pause(queue, paused) {
  queue.paused = paused;
  if (paused) {
    for (const item of queue.items) {
      if (item.phase !== 'sending') continue;
      item.phase = 'granted';
      item.done = 0;
      if (item.xhr) item.xhr.abort();
    }
  }
  queue.notBefore = 0;
  pump(queue);
}

function retry(queue, items) {
  for (const item of items) {
    if (!RETRYABLE.has(item.phase)) continue;
    if (item.phase === 'failed') { queue.retryServer = true; item.phase = 'sent'; item.status = 'received'; } else if (item.image) {
      item.phase = 'asked';
      queue.regrant.add(item.image);
    } else item.phase = 'waiting';
    Object.assign(item, { tries: 0, message: '' });
  }
  queue.notBefore = 0;
  queue.trouble = null;
  pump(queue);
}

// Takes out what is not sent yet; what storage has already goes its way.
function cancel(queue, items) {
  for (const item of items) {
    const { xhr } = item;
    item.phase = 'cancelled';
    if (xhr) xhr.abort();
    queue.byKey.delete(item.key);
    queue.byImage.delete(item.image);
    queue.seen.delete(item.same);
    queue.regrant.delete(item.image);
  }
  const gone = new Set(items);
  queue.items = queue.items.filter((item) => !gone.has(item));
  pump(queue);
}

function unsentItems(queue) {
  return queue.items.filter((item) => !ENDED.has(item.phase) && item.phase !== 'sent');
}
