
// How many pictures there are, and by which filters: each can be taken back here.
const CLOSE = '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="m4 4 8 8m0-8-8 8"/></svg>';
const FEW = 10;
const unfolded = new WeakSet(), hearing = new WeakMap();

function chipOf(chip, taken) {
  const item = document.createElement('li'), text = document.createElement('span'), what = document.createElement('em'), button = document.createElement('button');
  if (chip.negative) item.className = 'not';
  what.textContent = `${chip.what} `;
  text.append(what, chip.text);
  text.title = `${chip.what} ${chip.text}`;
  button.type = 'button';
  button.innerHTML = CLOSE;
  button.setAttribute('aria-label', `Remove filter ${chip.what} ${chip.text}`);
  button.onclick = () => taken(item, chip);
  item.append(text, button);
  return item;
}

function say(total, pictures) {
  const count = pictures.toLocaleString('en'), words = pictures === 1 ? ' picture' : ' pictures';
  if (total.textContent === count + words) return;
  const bold = document.createElement('b');
  bold.textContent = count;
  total.replaceChildren(bold, words);
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector('.px-summary');
  const total = root.querySelector('.total'), list = root.querySelector('.chips'), clear = root.querySelector('.clear'), more = root.querySelector('.more');
  root.classList.remove('busy');
  say(total, data.total);
  // The filter panel knows the next total before the page's script does.
  if (!hearing.has(root)) {
    hearing.set(root, new AbortController());
    document.addEventListener('px-total', (event) => say(total, event.detail), { signal: hearing.get(root).signal });
  }
  const taken = (item, chip) => {
    // Gone at once; the keyboard goes on with the next chip.
    const next = item.nextElementSibling || item.previousElementSibling;
    item.remove();
    root.classList.add('busy');
    (next?.querySelector('button') || root.querySelector('.filters')).focus();
    const pair = { name: chip.name, value: chip.value };
    const ahead = !document.dispatchEvent(new CustomEvent('px-unfilter', { detail: pair, cancelable: true }));
    if (!ahead) setTriggerValue('remove', pair);
  };
  const held = root.getRootNode().activeElement?.getAttribute('aria-label');
  list.replaceChildren(...data.chips.map((chip) => chipOf(chip, taken)));
  const fold = () => {
    const folded = data.chips.length > FEW + 1 && !unfolded.has(root);
    [...list.children].forEach((item, at) => { item.hidden = folded && at >= FEW; });
    more.hidden = !folded;
    more.textContent = `${data.chips.length - FEW} more`;
  };
  more.onclick = () => { unfolded.add(root); fold(); list.children[FEW].querySelector('button').focus(); };
  fold();
  if (held) [...root.querySelectorAll('button')].find((button) => button.getAttribute('aria-label') === held)?.focus();
  clear.hidden = data.chips.length === 0;
  clear.onclick = () => {
    list.replaceChildren();
    clear.hidden = more.hidden = true;
    root.classList.add('busy');
    document.dispatchEvent(new CustomEvent('px-unfilter'));
    setTriggerValue('cleared', true);
  };
  const filters = root.querySelector('.filters');
  filters.querySelector('span').textContent = data.chips.length ? `Filters (${data.chips.length})` : 'Filters';
  // On a narrow screen the panel is a drawer: the sidebar, whose own button says nothing about filters.
  filters.onclick = () => {
    document.querySelector('[data-testid="stExpandSidebarButton"] button, button[data-testid="stExpandSidebarButton"]')?.click();
    setTimeout(() => {
      const panel = document.querySelector('[data-testid="stSidebar"] .st-key-px-facets');
      panel?.scrollIntoView();
    }, 350);
  };
  return () => { hearing.get(root)?.abort(); hearing.delete(root); };
}
