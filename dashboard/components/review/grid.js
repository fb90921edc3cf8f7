// Many pictures of one label at once: mark those that are wrong, and say that the rest is right in one press.
const GRID = 24;

function buildGrid(view) {
  const part = element('div', 'many');
  part.innerHTML = '<div class="head"><div><h2></h2><p class="hint">Click the wrong ones, or move with the arrow keys and mark with Space. <kbd>Y</kbd> confirms the rest, <kbd>S</kbd> skips all, <kbd>U</kbd> takes back.</p></div><div class="verdicts"></div></div><ul class="tiles"></ul>';
  const rest = button('', 'verdict primary rest', () => decide(view, 'accept'));
  part.querySelector('.verdicts').append(rest, button('Skip these', 'verdict quiet', () => decide(view, 'skip')), undoButton(view));
  part.querySelector('.tiles').addEventListener('keydown', (event) => step(part, event));
  view.many = part;
}

function showGrid(view) {
  if (!view.many) buildGrid(view);
  const page = view.items.slice(0, GRID), names = page.map(keyOf).join();
  const at = (selector) => view.many.querySelector(selector);
  if (view.shown !== names) {
    view.shown = names;
    at('h2').textContent = `Which of these are not “${view.of}”?`;
    at('.tiles').replaceChildren(...page.map((item, place) => tile(view, item, place)));
    view.at('.live').textContent = `${words(page.length, 'picture')} of ${view.of}.`;
    for (const next of view.items.slice(GRID, 2 * GRID)) if (next.image.thumbnail_url) new Image().src = next.image.thumbnail_url;
  }
  const wrong = page.filter((item) => view.wrong.has(keyOf(item))).length, right = page.length - wrong;
  const others = right === 1 ? 'The other one is right' : `The other ${right} are right`;
  at('.rest').textContent = page.length === 1 ? `It is ${wrong ? 'wrong' : 'right'}` : !right ? `All ${wrong} are wrong` : wrong ? others : `All ${right} are right`;
  at('.undo').disabled = !view.history.length;
  if (view.at('.place').firstChild !== view.many) view.at('.place').replaceChildren(view.many);
}

function tile(view, item, place) {
  const made = element('li'), press = button('', 'tile');
  const name = item.image.title || item.image.name;
  if (item.image.thumbnail_url) {
    const picture = element('img');
    picture.alt = '';
    picture.src = item.image.thumbnail_url;
    press.append(picture);
  }
  press.append(element('span', 'mark', 'Wrong'), element('span', 'sure', percent(item.confidence)));
  press.tabIndex = place ? -1 : 0;
  press.setAttribute('aria-label', `${name}, ${percent(item.confidence)} sure: wrong`);
  press.title = name;
  const paint = () => press.setAttribute('aria-pressed', String(view.wrong.has(keyOf(item))));
  press.onclick = () => {
    const key = keyOf(item);
    if (!view.wrong.delete(key)) view.wrong.add(key);
    keepMarks(view);
    paint();
    showGrid(view);
  };
  paint();
  made.append(press);
  return made;
}

// Marks outlive a reload: they are work, and nobody has sent it yet.
const marksOf = (view) => `px-review-wrong:${view.box.person}`;
function keepMarks(view) {
  const asked = view.items.map(keyOf).filter((key) => view.wrong.has(key));
  try { sessionStorage.setItem(marksOf(view), JSON.stringify(asked)); } catch { /* a private window */ }
}
function keptMarks(view) {
  try { return new Set(JSON.parse(sessionStorage.getItem(marksOf(view))) ?? []); } catch { return new Set(); }
}

// The tile that an arrow leads to; rows are as long as the first.
function step(part, event) {
  const tiles = [...part.querySelectorAll('.tile')], at = tiles.indexOf(event.target);
  const row = tiles.filter((one) => Math.abs(one.getBoundingClientRect().top - tiles[0].getBoundingClientRect().top) < 4).length;
  const to = tiles[at + ({ ArrowRight: 1, ArrowLeft: -1, ArrowDown: row, ArrowUp: -row }[event.key] || NaN)];
  if (!to) return;
  event.preventDefault();
  event.target.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}
