// What the queue asks of Python, one question at a time so that none is lost. The question that begins a batch goes by
// the page, so that what was typed there a moment ago has arrived before it; the others go by themselves, from any page.
const FIRST = 50; // sending begins soon; the parts after it are larger
const CHUNK = 100;
const PATIENCE = 6000; // ms until a question is put to the page again; Python answers a question once
const SLOWEST = 90_000;

function ask(queue) {
  const now = Date.now();
  if (queue.asking) {
    if (now > queue.asking.again) put(queue, queue.asking);
    return;
  }
  if (now < queue.notBefore) return;
  const question = nextQuestion(queue, now);
  if (!question) return;
  question.request = `${now.toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  queue.asking = { question, again: 0 };
  put(queue, queue.asking);
}

function put(queue, asking) {
  if (queue.shown() && !queue.batch) {
    asking.again = Date.now() + PATIENCE;
    queue.say(asking.question);
  } else {
    asking.again = Infinity;
    post(queue, asking);
  }
}

async function post(queue, asking) {
  try {
    const body = JSON.stringify({ queue: queue.key, ...asking.question });
    const headers = { 'content-type': 'application/json' };
    const said = await fetch('/upload/ask', { method: 'POST', body, headers, signal: AbortSignal.timeout(SLOWEST) });
    const told = await said.json();
    if (said.status === 400 || said.status === 403) answer(queue, { request: asking.question.request, error: told.detail });
    else if (said.ok && told.request === asking.question.request) answer(queue, told);
    else throw new Error(said.statusText);
  } catch { // no connection, or somebody else's answer: once more, and after some of them in words
    asking.again = Date.now() + PATIENCE / 2;
    asking.failed = (asking.failed || 0) + 1;
    if (asking.failed < 4) return;
    queue.trouble = 'Pixplore does not answer. The upload goes on by itself as soon as it does.';
    queue.changed();
  }
}

function nextQuestion(queue, now) {
  const { checked, granted, sending, waiting, checking } = queue.of;
  const busy = granted.size + sending.size;
  const part = queue.byImage.size ? CHUNK : FIRST;
  if (checked.size && !queue.paused && (checked.size >= part || !(waiting.size + checking.size + queue.opening) || busy < 2 * PARALLEL_SENDS)) {
    const files = [];
    for (const item of checked) {
      files.push(item);
      if (files.length === part) break;
    }
    for (const item of files) move(queue, item, 'asked');
    return { kind: 'grants', files: files.map(({ key, name, size, kind, sha256 }) => ({ key, name, size, content_type: kind, sha256 })) };
  }
  if (queue.retryServer || queue.regrant.size) {
    const question = { kind: 'retry', images: [...queue.regrant], failed: queue.retryServer };
    queue.regrant.clear();
    queue.retryServer = false;
    return question;
  }
  const every = document.hidden ? 5000 : queue.statesEvery;
  if (queue.shown() && queue.of.sent.size && now - queue.lastStates >= every) { queue.lastStates = now; return { kind: 'states' }; }
  return null;
}

function answer(queue, said) {
  if (!said || !queue.asking || said.request !== queue.asking.question.request) return;
  const { question } = queue.asking;
  queue.asking = null;
  queue.batch = said.batch || queue.batch;
  queue.awaited = said.awaited ?? queue.awaited;
  queue.trouble = said.error || null;
  if (said.error) {
    queue.notBefore = Date.now() + (said.again ? 4000 : 3600e3);
    unanswered(queue, question);
  } else if (question.kind === 'states') {
    const news = said.items.filter(([image, ...state]) => follow(queue, queue.byImage.get(image), ...state)).length;
    queue.statesEvery = news ? 700 : Math.min(3000, queue.statesEvery * 1.3);
  } else {
    for (const one of said.items) granted(queue, queue.byKey.get(one.key) || queue.byImage.get(one.image_id), one);
    for (const image of question.images || []) {
      const item = queue.byImage.get(image);
      if (item && item.phase === 'asked') move(queue, item, 'stuck', { message: 'This file can no longer be sent. Choose it again.' });
    }
    for (const file of question.files || []) { // an answer that leaves a file out would leave it here for ever
      const item = queue.byKey.get(file.key);
      if (item && item.phase === 'asked' && !item.image) move(queue, item, 'stuck', { message: 'No place was given to this file. Try again.' });
    }
  }
  pump(queue);
}

// All that it asked for is to be asked for again.
function unanswered(queue, question) {
  for (const file of question.files || []) {
    const item = queue.byKey.get(file.key);
    if (item && item.phase === 'asked') move(queue, item, 'checked');
  }
  for (const image of question.images || []) queue.regrant.add(image);
  queue.retryServer = queue.retryServer || Boolean(question.failed);
}

function granted(queue, item, one) {
  if (!item || item.phase === 'sending') return;
  item.image = one.image_id;
  queue.byImage.set(one.image_id, item);
  if (one.upload) move(queue, item, 'granted', { grant: one.upload, message: '' });
  else follow(queue, item, one.status, one.error ? one.error.message : '', one.duplicate_of || null);
}

// The server's word on a file that was sent (or needed no sending); true when it is news.
function follow(queue, item, status, message, duplicate) {
  if (!item || ['granted', 'sending', 'stuck'].includes(item.phase)) return false;
  const phase = ENDED.has(status) ? status : 'sent';
  if (item.phase === phase && item.status === status) return false;
  move(queue, item, phase, { status, message: message || '', duplicate: duplicate || null });
  if (phase !== 'sent') item.done = item.size;
  return true;
}
