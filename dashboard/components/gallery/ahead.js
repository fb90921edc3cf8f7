
// The panel's filters changed: their first pictures are asked for at once and shown; the page's script, which is on its
// way with the same, only adopts them.
const PATIENCE = 3000; // for the script's answer; what it says later than that holds, whatever was asked for meanwhile
const meaning = (query) => JSON.stringify([...new URLSearchParams(query)].map((pair) => pair.join('\n')).sort());

function goAhead(state, filters) {
  const { source } = state;
  state.ahead?.stopped.abort();
  state.ahead = null;
  if (!source || state.data.like || state.mine) return false;
  const sort = new URLSearchParams(source.query).get('sort');
  // As the script will: without words there is nothing to be relevant to.
  const kept = sort === 'relevance' && !filters.some(([name]) => name === 'q') ? 'newest' : sort;
  const query = new URLSearchParams([...filters, ['sort', kept]]).toString();
  state.ahead = { key: meaning(query), at: Date.now(), stopped: new AbortController(), feed: null };
  showAhead(state, state.ahead, query);
  return true;
}

async function showAhead(state, ahead, query) {
  const { source } = state;
  let answer;
  try { answer = await askPage({ ...source, query }, null, ahead.stopped.signal); } catch { return; } // the script says it
  if (state.ahead !== ahead || !state.root.isConnected) return;
  const feed = ahead.feed = newFeed();
  append(feed, answer.items, 0);
  feed.next = answer.next_cursor;
  state.source = { ...source, query, cursor: answer.next_cursor, total: answer.total };
  state.own = feed;
  say(state, '');
  toTop(state);
  showFeed(state, feed, answer.total);
}

// Whether the script's answer is older than what was asked for ahead of it: it waits, and is heard only if nothing else
// comes. Otherwise the script has caught up.
function isBehind(state, data) {
  const { ahead } = state;
  clearTimeout(state.late);
  if (!ahead) return false;
  const left = 2 * PATIENCE - (Date.now() - ahead.at);
  if (meaning(data.source?.query ?? '') !== ahead.key && left > 0) {
    state.late = setTimeout(() => { if (state.root.isConnected) update(state, data); }, left);
    return true;
  }
  return false;
}

// The feed that was shown ahead of `data`, if it answers the same. Either way the script has caught up.
function caughtUp(state, data) {
  const { ahead } = state;
  state.ahead = null;
  ahead?.stopped.abort();
  return ahead?.feed && meaning(data.source?.query ?? '') === ahead.key ? ahead.feed : null;
}
