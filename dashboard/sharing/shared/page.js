// A share link's page. The token stands behind the # of the address; it goes to this origin only, in a header.
const $ = (selector, root = document) => root.querySelector(selector);
const AUTO = 1000; // pictures that scrolling alone brings; then a button asks
const rows = $('.rows'), button = $('.more button'), state = $('.state'), dialog = $('dialog'), form = $('form'), total = $('.total');
const shown = [];
let token = '', about = null, cursor = null, words = '', asked = 0, now = -1;

function readToken() {
  const old = new URLSearchParams(location.search).get('token'); // a link that carries it before the #
  if (old) history.replaceState(null, '', `/shared#${old}`);
  token = decodeURIComponent(location.hash.slice(1)).replace(/^token=/, '').trim();
}

class Trouble extends Error {
  constructor(status, detail) { super(detail); this.status = status; }
}

async function ask(path, params = {}) {
  const query = new URLSearchParams(params).toString();
  let answer;
  try {
    answer = await fetch(`/shared/v1${path}${query ? '?' : ''}${query}`, { headers: { Authorization: `Bearer ${token}` }, credentials: 'omit' });
  } catch {
    throw new Trouble(0, 'Check your connection, then try again.');
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Trouble(answer.status, told.detail || 'Try again in a moment.');
  return told;
}

function tell(problem, again) {
  const over = problem.status === 401;
  $('h2', state).textContent = /revoked/.test(problem.message) ? 'This link was withdrawn' : /expired/.test(problem.message) ? 'This link has expired'
    : over ? 'This link does not work' : 'Not available just now';
  $('p', state).textContent = over ? 'Ask whoever sent it for a new one.' : problem.message;
  const retry = $('button', state);
  retry.hidden = over;
  retry.onclick = () => { state.hidden = true; again(); };
  state.hidden = false;
  if (over) { // nothing of it stays on the screen
    rows.replaceChildren();
    shown.length = 0;
    form.hidden = true;
    button.hidden = true;
    total.textContent = '';
    $('.until').hidden = true;
    if (dialog.open) dialog.close();
  }
}

const title = (one) => one.title || one.name;

function tile(one, place) {
  const item = document.createElement('li'), link = document.createElement('a'), name = document.createElement('span');
  item.className = 'tile';
  const ratio = one.width && one.height ? one.width / one.height : 1;
  item.style.setProperty('--r', Math.min(2.6, Math.max(.56, ratio)).toFixed(3));
  link.href = '#';
  link.setAttribute('aria-label', title(one));
  name.textContent = title(one);
  if (one.thumbnail_url) {
    const picture = document.createElement('img');
    Object.assign(picture, { alt: '', loading: 'lazy', decoding: 'async', referrerPolicy: 'no-referrer', src: one.thumbnail_url });
    picture.onerror = () => renew(one, picture);
    link.append(picture);
  } else link.append(Object.assign(document.createElement('div'), { className: 'none', textContent: title(one) }));
  link.append(name);
  link.onclick = (event) => { event.preventDefault(); open(place); };
  item.append(link);
  return item;
}

async function renew(one, picture) { // signed addresses end after a while: once more, then it is told
  picture.onerror = null;
  try {
    Object.assign(one, await ask(`/images/${one.id}`));
    picture.src = picture.closest('dialog') ? one.preview_url : one.thumbnail_url;
  } catch (problem) {
    if (problem.status === 401) tell(problem);
  }
}

async function more() {
  const mine = ++asked;
  button.disabled = true;
  const first = cursor === null;
  try {
    const found = await ask('/images', { limit: 60, ...(words && { q: words }), ...(cursor && { cursor }) });
    if (mine !== asked) return; // other words meanwhile
    if (first) { rows.replaceChildren(); shown.length = 0; }
    for (const one of found.items) rows.append(tile(one, shown.push(one) - 1));
    cursor = found.next_cursor;
    const count = `${found.total.toLocaleString('en')} picture${found.total === 1 ? '' : 's'}`;
    total.textContent = found.total ? count : words ? 'No picture fits these words.' : 'There is no picture here yet.';
    button.hidden = !cursor;
  } catch (problem) {
    if (mine === asked) tell(problem, more);
  }
  button.disabled = false;
  watch.unobserve(button);
  watch.observe(button);
}

function facts(one) {
  const size = one.width && one.height ? `${one.width.toLocaleString('en')} × ${one.height.toLocaleString('en')} pixels` : '';
  const labels = one.labels.slice(0, 6).map((label) => label.name).join(', ');
  return [one.title ? one.name : '', one.sku ? `SKU ${one.sku}` : '', size, labels].filter(Boolean).join(' · ');
}

function open(place) {
  const one = shown[place];
  if (!one) return;
  now = place;
  $('h2', dialog).textContent = title(one);
  $('.facts').textContent = facts(one);
  $('.said').textContent = '';
  const picture = $('.stage img');
  picture.alt = title(one);
  picture.referrerPolicy = 'no-referrer';
  picture.hidden = !one.preview_url;
  picture.onerror = () => renew(one, picture);
  picture.src = one.preview_url || '';
  if (!one.preview_url) $('.said').textContent = 'This entry has no picture.';
  $('.save').hidden = !about.originals || !one.preview_url;
  $('.back').disabled = place === 0;
  $('.next').disabled = place === shown.length - 1 && !cursor;
  if (!dialog.open) dialog.showModal();
}

async function step(by) {
  if (now + by >= shown.length && cursor) await more();
  if (now + by >= 0 && now + by < shown.length) open(now + by);
}

async function save() {
  const save = $('.save'), said = $('.said');
  save.disabled = true;
  try {
    const { url } = await ask(`/images/${shown[now].id}/original`);
    const link = Object.assign(document.createElement('a'), { href: url, rel: 'noreferrer', referrerPolicy: 'no-referrer' });
    dialog.append(link);
    link.click();
    link.remove();
    said.textContent = 'The download begins.';
  } catch (problem) {
    if (problem.status === 401) tell(problem);
    else said.textContent = problem.message;
  }
  save.disabled = false;
}

function until(moment) {
  const at = new Date(moment), days = Math.round((at - Date.now()) / 864e5);
  const when = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
  return `Open until ${when}${days > 1 ? `, ${days} more days` : `, ${at.toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit' })}`}`;
}

async function begin() {
  readToken();
  state.hidden = true;
  if (!token) { tell(new Trouble(401, '')); return; }
  try {
    about = await ask('');
    const name = about.name || 'Shared pictures';
    $('h1').textContent = name;
    document.title = `${name} · Pixplore`;
    $('.until').textContent = until(about.expires_at);
    $('.until').hidden = form.hidden = false;
    await more();
  } catch (problem) {
    tell(problem, begin);
  }
}

let pause;
$('input').addEventListener('input', (event) => {
  clearTimeout(pause);
  pause = setTimeout(() => { words = event.target.value.trim(); cursor = null; more(); }, 250);
});
form.addEventListener('submit', (event) => event.preventDefault());
const watch = new IntersectionObserver((seen) => {
  if (seen.some((one) => one.isIntersecting) && !button.hidden && !button.disabled && shown.length < AUTO) more();
}, { rootMargin: '800px' });
button.addEventListener('click', more);
dialog.addEventListener('keydown', (event) => {
  if (event.key === 'ArrowLeft') step(-1);
  if (event.key === 'ArrowRight') step(1);
});
dialog.addEventListener('close', () => rows.children[now]?.querySelector('a').focus());
$('.back').onclick = () => step(-1);
$('.next').onclick = () => step(1);
$('.close').onclick = () => dialog.close();
$('.save').onclick = save;
addEventListener('hashchange', () => { if (location.hash.length > 1) { cursor = null; begin(); } });
begin();
