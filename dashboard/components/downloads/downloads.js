
// The browser saves the file itself: nothing of it passes through the page. Asking first keeps an error on the page.
const ARROW = '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M12 4v11m0 0-4.5-4.5M12 15l4.5-4.5M5 20h14"/></svg>';

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function size(bytes) {
  const steps = ['bytes', 'KB', 'MB', 'GB'];
  let at = 0;
  for (; bytes >= 1000 && at < 3; at += 1) bytes /= 1000;
  return `${bytes >= 100 || !at ? Math.round(bytes) : bytes.toFixed(1)} ${steps[at]}`;
}

async function trouble(answer) {
  if (answer.status === 401) return 'Your session is over. Reload the page and sign in.';
  const told = await answer.json().catch(() => ({}));
  const fault = told.errors?.[0]?.message;
  return fault ? `It ${fault}.` : told.detail || 'That did not work. Try again in a moment.';
}

function save(file, fields) {
  const asked = element(fields ? 'form' : 'a');
  if (fields) {
    Object.assign(asked, { method: 'post', action: file.path });
    for (const [name, value] of fields) asked.append(Object.assign(element('input'), { type: 'hidden', name, value }));
  } else Object.assign(asked, { href: file.path, download: '' });
  document.body.append(asked);
  fields ? asked.submit() : asked.click();
  asked.remove();
}

async function choose(file, fields, button, said) {
  if (button.ariaDisabled === 'true') return;
  button.ariaDisabled = 'true'; // a disabled one would lose the keyboard's focus, and Escape with it
  said.className = 'said';
  said.textContent = 'Asking for it…';
  try {
    const sent = fields && file.check.includes('/export') ? { method: 'POST', body: new URLSearchParams(fields) } : {};
    const answer = await fetch(file.check, sent);
    if (!answer.ok) throw new Error(await trouble(answer));
    const told = await answer.json();
    save(file, fields);
    said.textContent = told.files === undefined ? 'The download begins.'
      : `The download begins: ${told.files.toLocaleString('en')} file${told.files === 1 ? '' : 's'}, ${size(told.bytes)}.`;
  } catch (error) {
    said.className = 'said bad';
    said.textContent = error instanceof TypeError ? 'Pixplore cannot be reached. Try again in a moment.' : error.message;
  }
  button.ariaDisabled = 'false';
}

export default function ({ parentElement, data }) {
  const list = parentElement.querySelector('.files'), said = parentElement.querySelector('.said');
  list.replaceChildren(...data.files.map((file) => {
    const row = element('li'), button = element('button', 'file'), words = element('div');
    button.type = 'button';
    button.innerHTML = ARROW;
    words.append(element('b', '', file.name), element('span', '', file.hint));
    button.append(words);
    button.addEventListener('click', () => choose(file, data.fields, button, said));
    row.append(button);
    return row;
  }));
}
