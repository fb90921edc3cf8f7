// The list of files: only the rows in view exist, so that ten thousand files scroll like ten.
const ROW = 60;
const SPARE = 4;
const ICON = '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true"><rect x="3" y="4" width="18" height="16" rx="2"/><circle cx="8.5" cy="9.5" r="1.5"/><path d="m4 18 5-5 3 3 3-3 5 5"/></svg>';
const CROSS = '<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" aria-hidden="true"><path d="m4 4 8 8m0-8-8 8"/></svg>';

const WORDS = {
  waiting: 'Waiting', checking: 'Checking', checked: 'Waiting', asked: 'Waiting', granted: 'Waiting to be sent', sending: 'Sending',
  sent: 'Sent', received: 'In the queue', processing: 'Being looked at', ready: 'Searchable', duplicate: 'Already there',
  rejected: 'Not taken', failed: 'Failed', stuck: 'Not sent',
};

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function sizeWords(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function makeRow(view) {
  const row = element('li', 'row');
  const thumb = element('span', 'thumb');
  thumb.innerHTML = ICON;
  const name = element('span', 'name');
  const state = element('span', 'state');
  const bar = element('span', 'bar one');
  bar.setAttribute('role', 'progressbar');
  bar.setAttribute('aria-valuemin', '0');
  bar.setAttribute('aria-valuemax', '100');
  bar.append(element('i', 'done'));
  const text = element('div', 'text');
  text.append(name, state, bar);
  const link = element('a', 'go', 'Open');
  link.target = '_blank'; // leaving this page would cut what is still being sent
  link.rel = 'noopener';
  const act = element('button', 'act');
  act.type = 'button';
  act.onclick = () => view.onAct(row.item);
  row.append(thumb, text, link, act);
  Object.assign(row, { thumb, name, state, bar, link, act, item: null, stamp: '' });
  return row;
}

function fillRow(row, item, view) {
  if (row.item !== item) {
    row.item = item;
    row.stamp = '';
    row.name.textContent = item.name;
    row.name.title = item.name;
    row.bar.setAttribute('aria-label', item.name);
    row.act.setAttribute('aria-label', `Take out ${item.name}`);
    showThumb(row, item);
  }
  const percent = item.size ? Math.round((100 * item.done) / item.size) : 0;
  const stamp = `${item.phase}|${item.status}|${percent}|${item.message}`;
  if (row.stamp === stamp) return;
  row.stamp = stamp;
  row.dataset.phase = item.phase;
  const word = WORDS[item.phase === 'sent' ? item.status : item.phase] || item.phase;
  const said = item.phase === 'duplicate' ? item.message : `${word}: ${item.message}`;
  row.state.textContent = item.message ? said : `${word} · ${sizeWords(item.size)}`;
  row.state.title = item.message;
  const target = item.phase === 'ready' ? item.image : item.phase === 'duplicate' ? item.duplicate : null;
  row.link.hidden = !target;
  if (target) {
    row.link.href = view.href + encodeURIComponent(target);
    row.link.setAttribute('aria-label', `Open ${item.name} in the catalogue, in a new tab`);
  }
  row.bar.hidden = item.phase !== 'sending';
  row.bar.setAttribute('aria-valuenow', String(percent));
  row.bar.firstChild.style.width = `${percent}%`;
  const again = RETRYABLE.has(item.phase);
  row.act.hidden = !again && (ENDED.has(item.phase) || item.phase === 'sent');
  if (again) row.act.textContent = 'Retry'; else row.act.innerHTML = CROSS;
  row.act.setAttribute('aria-label', `${again ? 'Retry' : 'Take out'} ${item.name}`);
}

function showThumb(row, item) {
  row.thumb.querySelector('img')?.remove();
  if (row.url) URL.revokeObjectURL(row.url);
  row.url = null;
  if (!item.file || item.size > 15e6 || !/^image\/(jpeg|png|webp|avif)$/.test(item.file.type)) return;
  const image = element('img');
  image.alt = '';
  image.decoding = 'async';
  image.onerror = () => image.remove();
  row.url = URL.createObjectURL(item.file);
  image.src = row.url;
  row.thumb.append(image);
}

function paintList(view, items) {
  const { list, track, rows } = view;
  track.style.height = `${items.length * ROW}px`;
  const first = Math.max(0, Math.floor(list.scrollTop / ROW) - SPARE);
  const last = Math.min(items.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + SPARE);
  const free = [];
  for (const [at, row] of rows) {
    if (at < first || at >= last) { free.push(row); rows.delete(at); }
  }
  for (let at = first; at < last; at += 1) {
    let row = rows.get(at);
    if (!row) {
      row = free.pop() || makeRow(view);
      rows.set(at, row);
      row.style.translate = `0 ${at * ROW}px`;
      track.append(row);
    }
    row.setAttribute('aria-setsize', String(items.length));
    row.setAttribute('aria-posinset', String(at + 1));
    fillRow(row, items[at], view);
  }
  for (const row of free) {
    if (row.url) URL.revokeObjectURL(row.url);
    row.remove();
  }
}
