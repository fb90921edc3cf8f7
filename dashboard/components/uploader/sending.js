// The bytes, from this browser straight to storage, a few files at a time.
const PARALLEL_SENDS = 4;

function send(queue) {
  if (queue.paused) return;
  const now = Date.now();
  for (const item of queue.of.granted) {
    if (queue.sends >= PARALLEL_SENDS) return;
    if ((item.after || 0) <= now) sendOne(queue, item);
  }
}

async function sendOne(queue, item) {
  const turn = (item.turn || 0) + 1; // unpacking takes a moment, in which the file may be paused and sent anew
  move(queue, item, 'sending', { done: 0, xhr: null, turn });
  queue.sends += 1;
  let bytes = item.file;
  if (item.entry) {
    const { blob, fault } = await work(queue, 'unpack', { file: item.file, entry: item.entry });
    if (item.phase !== 'sending' || item.turn !== turn) { queue.sends -= 1; pump(queue); return; }
    if (fault) {
      queue.sends -= 1;
      move(queue, item, 'rejected', { message: fault, local: true });
      pump(queue);
      return;
    }
    bytes = blob;
  }
  const xhr = new XMLHttpRequest();
  const form = new FormData();
  for (const [name, value] of Object.entries(item.grant.fields)) form.append(name, value);
  form.append('file', bytes, 'file'); // storage wants the file last; its name is not its key
  item.xhr = xhr;
  xhr.open('POST', item.grant.url);
  xhr.timeout = 10 * 60 * 1000;
  xhr.upload.onprogress = (event) => { item.done = Math.min(item.size, event.loaded); queue.changed(); };
  xhr.onloadend = () => {
    queue.sends -= 1;
    const mine = item.xhr === xhr;
    if (mine) item.xhr = null;
    if (mine && item.phase === 'sending') {
      if (xhr.status >= 200 && xhr.status < 300) {
        move(queue, item, 'sent', { status: 'received', done: item.size, grant: null, tries: 0 });
        queue.statesEvery = 700;
      } else unsent(queue, item, xhr.status);
    }
    pump(queue);
  };
  xhr.send(form);
}

function unsent(queue, item, status) {
  const tries = item.tries + 1;
  if (tries > 3) {
    const message = status ? 'Storage refused this file. Try again.' : 'The connection broke. Try again.';
    move(queue, item, 'stuck', { done: 0, tries, message });
  } else if (status === 403) { // the grant has run out
    move(queue, item, 'asked', { done: 0, tries });
    queue.regrant.add(item.image);
  } else move(queue, item, 'granted', { done: 0, tries, after: Date.now() + 1000 * 3 ** (tries - 1) });
}
