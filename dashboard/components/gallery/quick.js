
// The quick view: one picture large, over the gallery, without asking anybody but for its preview.
function look(state, at) {
  state.looking = at;
  showQuick(state);
  if (!state.quick.open) state.quick.showModal();
  state.quick.querySelector('.frame').focus();
}

function showQuick(state) {
  const { quick, feed, looking } = state, id = feed.ids[looking], item = feed.tiles.get(id);
  const image = quick.querySelector('img'), src = item?.preview || item?.src;
  quick.querySelector('h2').textContent = item?.name ?? 'Loading';
  quick.querySelector('.labels').replaceChildren(...(item?.labels ?? []).map((text) => element('li', '', text)));
  quick.querySelector('.why').textContent = item?.why ?? '';
  quick.querySelector('.where').textContent = `${number(looking + 1)} of ${number(state.total)}`;
  quick.querySelector('.none').hidden = !item || Boolean(src);
  image.hidden = !src;
  if (src && image.getAttribute('src') !== src) {
    image.classList.remove('in');
    // The tile's own picture is here already: it holds the place until the large one is.
    image.style.backgroundImage = item.src ? `url("${item.src.replace(/["\\]/g, encodeURIComponent)}")` : '';
    image.style.setProperty('--ratio', item.width && item.height ? item.width / item.height : 1);
    image.src = src;
    image.alt = item.name;
  }
  quick.querySelector('.before').disabled = looking === 0;
  quick.querySelector('.after').disabled = looking >= feed.ids.length - 1;
  quick.querySelector('.choose').setAttribute('aria-pressed', String(isChosen(state, id)));
  quick.querySelector('.alike').hidden = !state.data.similar || !item?.src;
  if (!item) recall(state, feed.page[looking]);
  if (looking > feed.ids.length - 20) loadNext(state);
  for (const near of [looking + 1, looking - 1]) {
    const next = feed.tiles.get(feed.ids[near])?.preview;
    if (next) new Image().src = next;
  }
}

function step(state, by) {
  const to = state.looking + by;
  if (to < 0 || to >= state.feed.ids.length) return;
  state.looking = to;
  showQuick(state);
}

function toggleLooked(state) {
  const id = state.feed.ids[state.looking];
  choose(state, id, !isChosen(state, id), false);
  showQuick(state);
}

function leaveFor(state, go) {
  const id = state.feed.ids[state.looking];
  state.quick.close();
  go(id);
}

function mountQuick(state) {
  const { quick } = state, on = (name, act) => quick.querySelector(name).addEventListener('click', act);
  on('.before', () => step(state, -1));
  on('.after', () => step(state, 1));
  on('.shut', () => quick.close());
  on('.choose', () => toggleLooked(state));
  on('.full', () => leaveFor(state, (id) => open(state, id)));
  on('.alike', () => leaveFor(state, (id) => state.send('like', id)));
  quick.querySelector('img').onload = (event) => event.target.classList.add('in');
  quick.addEventListener('click', (event) => { if (event.target === quick) quick.close(); });
  quick.addEventListener('close', () => rove(state, state.looking, true));
  quick.addEventListener('keydown', (event) => {
    event.stopPropagation();
    const { key } = event, atButton = event.target.closest('button');
    if (key === 'ArrowLeft' || key === 'ArrowUp') step(state, -1);
    else if (key === 'ArrowRight' || key === 'ArrowDown') step(state, 1);
    else if (key === 'v' || key === 'V') quick.close();
    else if (key === ' ' && !atButton) toggleLooked(state);
    else if (key === 'Enter' && !atButton) leaveFor(state, (id) => open(state, id));
    else return;
    event.preventDefault();
  });
}
