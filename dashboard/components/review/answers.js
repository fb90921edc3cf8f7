// Calls of the search API on this very host (dashboard/forwarding.py), and its problems in words.
class Trouble extends Error {
  constructor(status, detail, wait) { super(detail); this.status = status; this.wait = wait; }
}

// `person`: who must still be signed in for this to be sent; the dashboard refuses it else.
async function ask(path, { body, method, signal, person } = {}) {
  const asked = { method: method || (body === undefined ? 'GET' : 'POST'), headers: { accept: 'application/json' }, signal: signal || AbortSignal.timeout(20_000) };
  if (person) asked.headers['x-person'] = person;
  if (body !== undefined) {
    asked.body = JSON.stringify(body);
    asked.headers['content-type'] = 'application/json';
  }
  let answer;
  try { answer = await fetch(`/data${path}`, asked); }
  catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Trouble(0, navigator.onLine ? 'Pixplore cannot be reached.' : 'You are offline.');
  }
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  const wait = Number(answer.headers.get('retry-after')) * 1000 || 0;
  throw new Trouble(answer.status, faults(told) || told.detail || 'That did not work.', wait);
}

// What is wrong with which field, where the API says so; its `detail` is written for people otherwise.
function faults(told) {
  return (told.errors || []).map((one) => `${one.field.replace(/^(body\.)?rules\./, '')} ${one.message}`).join('; ');
}

const passing = (trouble) => trouble.status === 0 || trouble.status === 429 || trouble.status >= 500;
const words = (count, one, many) => `${count.toLocaleString('en')} ${count === 1 ? one : many || `${one}s`}`;
const percent = (value) => `${Math.round(value * 10) / 10} %`;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function button(text, className, onclick) {
  const made = element('button', className, text);
  made.type = 'button';
  if (onclick) made.onclick = onclick;
  return made;
}

// A place that says what is the matter, and what to do about it.
function note(place, title, hint, ...ways) {
  const box = element('div', 'note');
  box.setAttribute('role', 'status');
  box.append(element('h2', '', title), element('p', '', hint));
  if (ways.length) { const row = element('div', 'ways'); row.append(...ways); box.append(row); }
  place.replaceChildren(box);
}

function troubleNote(place, trouble, again) {
  if (trouble.status === 401) note(place, 'Your session is over', 'Sign in again; you come back to this very place.', button('Sign in again', 'primary', () => location.reload()));
  else if (trouble.status === 403) note(place, 'Not for your role', trouble.message);
  else note(place, passing(trouble) ? 'Not available just now' : 'That did not work', trouble.message, button('Try again', 'primary', again));
}
