
// Calls to the dashboard's own origin, and what to say when one does not come back with what was asked for.
class Refusal extends Error {
  constructor(status, words, fields = {}) { super(words); this.status = status; this.fields = fields; }
  get over() { return this.status === 401; }
  get again() { return this.status === 0 || this.status >= 500; }
}

const REFUSED = {
  0: 'Pixplore cannot be reached. Check your connection and try again.',
  401: 'Your session is over. Sign in in another tab, then try again here. Nothing is lost.',
  403: 'Your role does not allow this. Ask an administrator.',
  404: 'This picture is not here any more, or its link is not complete. Look for it in the catalogue.',
  422: 'Some of this is not understood: nothing was changed. Check it.',
  503: 'Pixplore is not available just now. Try again in a moment.',
};
const PATIENCE = 20000;

async function ask(path, { method = 'GET', body } = {}) {
  let answer, said = null;
  try {
    answer = await fetch(path, {
      method, signal: AbortSignal.timeout(PATIENCE), credentials: 'same-origin',
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    said = await answer.json().catch(() => null);
  } catch (problem) {
    throw new Refusal(0, problem.name === 'TimeoutError' ? 'Pixplore takes too long to answer. Try again in a moment.' : REFUSED[0]);
  }
  if (answer.ok && said !== null) return said;
  const status = answer.ok ? 503 : answer.status;
  const fields = Object.fromEntries((said?.errors || []).map((fault) => [fault.field, fault.message]));
  const own = [401, 404].includes(status) ? null : said?.detail;
  throw new Refusal(status, own || REFUSED[status] || REFUSED[503], fields);
}

const post = (path, body) => ask(path, { method: 'POST', body });

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

function button(className, words, act, icon) {
  const made = element('button', className);
  made.type = 'button';
  if (icon) { made.innerHTML = icons[icon]; made.setAttribute('aria-label', words); made.title = words; } else made.textContent = words;
  if (act) made.addEventListener('click', act);
  return made;
}

// Drawn by hand: 24 x 24, stroked in the colour of the words around them.
const icon = (path) => `<svg viewBox="0 0 24 24" aria-hidden="true">${path}</svg>`;
const icons = {
  yes: icon('<path d="m5 12.5 4.5 4.5L19 7.5"/>'),
  no: icon('<path d="m6.5 6.5 11 11m0-11-11 11"/>'),
  undo: icon('<path d="M9 7 4.5 11.5 9 16"/><path d="M5 11.5h9a5 5 0 0 1 0 10h-2"/>'),
  eye: icon('<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z"/><circle cx="12" cy="12" r="2.8"/>'),
  shut: icon('<path d="M4 4l16 16M9.9 5.8a9 9 0 0 1 2.1-.3c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-3 3.7M6.2 7.6A17 17 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 4-.9"/>'),
  none: icon('<rect x="3" y="4" width="18" height="16" rx="2"/><path d="m4 18 5-5 3 3m2-2 2-2 5 5M4 4l16 16"/>'),
};

const NUMBER = new Intl.NumberFormat('en');
