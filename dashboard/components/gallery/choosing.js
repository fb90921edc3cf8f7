
// What is chosen: `picked`, or everything that the query finds but for `picked`.
const isChosen = (state, id) => state.everything !== state.picked.has(id);
const countChosen = (state) => (state.everything ? Math.max(0, state.total - state.picked.size) : state.picked.size);

function markTile(state, tile, id) {
  const on = isChosen(state, id), now = id === state.data.opened;
  if (tile.on !== on) {
    tile.on = on;
    tile.classList.toggle('on', on);
    tile.box.checked = on;
  }
  if (tile.now !== now) tile.classList.toggle('now', tile.now = now);
}

function paintSelection(state) {
  for (const [id, tile] of state.tiles) markTile(state, tile, id);
  const { picked, everything, total, feed } = state, count = countChosen(state);
  state.root.classList.toggle('selecting', count > 0);
  state.bar.hidden = count === 0 || !state.actions.length;
  const whole = everything && !picked.size;
  const said = whole ? `All ${number(total)} selected` : `${number(count)}${everything ? ` of ${number(total)}` : ''} selected`;
  if (state.count.textContent !== said) state.count.textContent = said;
  // Pictures like one are no query: only those that are here can be meant.
  const query = Boolean(state.source) && !state.data.like && !state.mine;
  const all = query ? total : feed.ids.length;
  state.all.hidden = whole || (!everything && count >= all);
  state.all.textContent = query ? `Select all ${number(total)} results` : `Select all ${number(all)}`;
  for (const { button, action } of state.actions) {
    button.hidden = count < action.least || (action.most !== null && (everything || count > action.most));
  }
}

function clearChoice(state) {
  state.picked.clear();
  state.everything = false;
  paintSelection(state);
}

function choose(state, id, wanted, range) {
  const { ids, at } = state.feed, from = at.get(state.anchor), to = at.get(id);
  const touched = range && from !== undefined ? ids.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
  for (const each of touched) wanted !== state.everything ? state.picked.add(each) : state.picked.delete(each);
  if (state.everything && !countChosen(state)) { clearChoice(state); return; }
  if (!range) state.anchor = id;
  paintSelection(state);
}

function chooseLoaded(state) {
  state.feed.ids.forEach((id) => state.picked.add(id));
  paintSelection(state);
}

function chooseAll(state) {
  const loaded = !state.source || state.data.like || state.mine || state.feed.ids.length >= state.total;
  if (loaded && !state.everything) { chooseLoaded(state); return; }
  state.picked.clear();
  state.everything = true;
  paintSelection(state);
}

function showActions(state, actions) {
  const names = JSON.stringify(actions);
  if (state.actionNames === names) return;
  state.actionNames = names;
  state.actions = actions.map((action) => {
    const button = element('button', action.danger ? 'danger' : '', action.label);
    button.type = 'button';
    button.addEventListener('click', () => state.send('act', {
      action: action.name, ids: [...state.picked], everything: state.everything,
    }));
    return { action, button };
  });
  state.bar.querySelector('.actions').replaceChildren(...state.actions.map(({ button }) => button));
}
