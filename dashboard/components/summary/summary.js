
// How many pictures there are, and by which filters: each can be taken back here.
const CLOSE = '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="m4 4 8 8m0-8-8 8"/></svg>';

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector('.px-summary');
  const total = root.querySelector('.total');
  const count = document.createElement('b');
  count.textContent = data.total.toLocaleString('en');
  total.replaceChildren(count, ` ${data.noun}`);
  root.querySelector('.chips').replaceChildren(...data.chips.map((chip) => {
    const item = document.createElement('li'), text = document.createElement('span'), what = document.createElement('em'), button = document.createElement('button');
    if (chip.negative) item.className = 'not';
    what.textContent = `${chip.what} `;
    text.append(what, chip.text);
    button.type = 'button';
    button.innerHTML = CLOSE;
    button.setAttribute('aria-label', `Remove filter ${chip.what} ${chip.text}`);
    button.onclick = () => setTriggerValue('remove', { name: chip.name, value: chip.value });
    item.append(text, button);
    return item;
  }));
  const clear = root.querySelector('.clear');
  clear.hidden = data.chips.length === 0;
  clear.onclick = () => setTriggerValue('cleared', true);
  const filters = root.querySelector('.filters');
  // On a narrow screen the panel is folded into the sidebar, whose own button says nothing about filters.
  filters.onclick = () => document.querySelector('[data-testid="stExpandSidebarButton"] button, button[data-testid="stExpandSidebarButton"]')?.click();
}
