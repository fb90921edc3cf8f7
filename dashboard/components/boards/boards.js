
const EMPTY = '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true"><rect x="3" y="7" width="14" height="13" rx="2"/><path d="M7 7V5a1 1 0 0 1 1-1h12a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-3"/></svg>';

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function cover(addresses) {
  const made = element('div', `cover of${addresses.length}`);
  if (!addresses.length) made.innerHTML = EMPTY;
  for (const address of addresses) made.append(Object.assign(element('img'), { src: address, alt: '', loading: 'lazy', decoding: 'async' }));
  return made;
}

export default function ({ parentElement, data, setTriggerValue }) {
  parentElement.querySelector('.boards').replaceChildren(...data.cards.map((card) => {
    const item = element('li'), link = element('a'), words = element('div', 'words');
    link.href = `?collection=${encodeURIComponent(card.id)}`;
    words.append(element('b', '', card.name), Object.assign(element('span', '', card.line), { title: card.title }));
    if (card.note) words.append(element('span', 'note', card.note));
    link.append(cover(card.cover), words);
    link.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      setTriggerValue('open', card.id);
    });
    item.append(link);
    return item;
  }));
}
