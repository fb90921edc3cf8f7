
// The keyboard. One tile at a time can be reached by Tab; arrows move it, and the gallery scrolls along.
function rove(state, at, focus) {
  const { feed, layout } = state;
  if (!feed.ids.length) return;
  at = Math.min(at, feed.ids.length - 1);
  if (focus) {
    const row = layout.rows[rowOf(layout, at)], scroller = scrollerOf(state.root);
    const top = state.list.getBoundingClientRect().top + row.top, low = window.innerHeight - 84;
    if (top < HEADER + 8) scroller.scrollTop = row.top ? scroller.scrollTop + top - HEADER - 8 : 0;
    else if (top + row.height > low) scroller.scrollTop += top + row.height - low;
    state.current = at;
    render(state);
  }
  let tile = state.tiles.get(feed.ids[at]);
  // The one with the focus is far from the screen: Tab then leads to the first that is in sight.
  if (!tile && !focused(state)) tile = state.tiles.get(feed.ids[layout.rows[rowAt(layout, state.top)]?.first]);
  if (!tile) return;
  state.current = feed.at.get(tile.dataset.id);
  if (state.stop !== tile) {
    if (state.stop) state.stop.link.tabIndex = -1;
    state.stop = tile;
  }
  tile.link.tabIndex = 0;
  if (focus) tile.link.focus({ preventScroll: true });
}

// A viewer on the page opens it at once (components/boxes/boxes.js); without one Python is told.
function open(state, id) {
  state.feed.listed = null;
  const detail = { id, tiles: () => listed(state.feed), total: state.total };
  const heard = !document.dispatchEvent(new CustomEvent('px-open', { cancelable: true, detail }));
  state.viewed = heard;
  if (!heard) state.send('open', id);
}

// The viewer is closed: on from the picture that it showed last.
function viewed(state, { id, gone }) {
  if (!state.viewed) return;
  state.viewed = false;
  for (const each of gone ?? []) state.picked.delete(each);
  if (drop(state.feed, gone ?? [])) { state.total -= gone.length; relay(state, true); }
  const at = state.feed.at.get(id) ?? state.current;
  if (state.feed.ids.length) rove(state, at, true);
}

function onKey(state, event) {
  const id = event.target.closest?.('.tile')?.dataset.id, { feed } = state, key = event.key;
  if (key === 'Escape') {
    if (state.picked.size || state.everything) clearChoice(state);
    else if (state.mine || state.data.like) wayBack(state);
    else return;
    event.stopPropagation();
    return;
  }
  if (!id || event.target.closest('button') || event.altKey) return;
  if (event.ctrlKey || event.metaKey) {
    if (key.toLowerCase() !== 'a') return;
    event.preventDefault();
    state.everything ? chooseAll(state) : chooseLoaded(state);
  } else if (key === ' ') {
    event.preventDefault();
    choose(state, id, event.shiftKey || !isChosen(state, id), event.shiftKey);
  } else if (key === 'v' || key === 'V') {
    event.preventDefault();
    look(state, feed.at.get(id));
  } else if (/^(Arrow|Home$|End$)/.test(key)) {
    event.preventDefault();
    const to = neighbour(state.layout, feed.ratios, feed.at.get(id), key);
    if (to === feed.at.get(id)) return;
    if (event.shiftKey) {
      if (!countChosen(state)) choose(state, id, true);
      choose(state, feed.ids[to], true, true);
    }
    rove(state, to, true);
  }
}
