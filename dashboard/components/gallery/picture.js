
// Search by a picture of one's own: dropped on the page or chosen. It goes to the search API and is kept nowhere; while
// it counts, `state.mine` has its bytes, so that filters can be changed under it.
const MOST_BYTES = 15_000_000;
const MOST_ALIKE = 200;

async function searchBy(state, file) {
  if (!file) return;
  if (file.size > MOST_BYTES) { say(state, 'This picture is larger than 15 MB. Choose a smaller one.'); return; }
  const query = new URLSearchParams(state.data.source.query), turn = state.turn = (state.turn ?? 0) + 1;
  query.delete('sort');
  query.set('limit', MOST_ALIKE);
  say(state, '');
  state.root.classList.add('waiting');
  try {
    const answer = await askApi('/v1/images/similar', query, { method: 'POST', body: file, headers: { 'Content-Type': file.type || 'application/octet-stream' } });
    if (turn !== state.turn) return;
    if (state.mine?.file !== file) {
      if (state.mine) URL.revokeObjectURL(state.mine.address);
      state.mine = { file, address: URL.createObjectURL(file) };
      state.keep('mine', true); // what is shown is no longer what the address says
    }
    const feed = newFeed();
    append(feed, answer.items, 0);
    showFeed(state, feed, answer.items.length);
    toTop(state);
  } catch (problem) {
    if (turn === state.turn) say(state, problem.text);
  }
  if (turn === state.turn) state.root.classList.remove('waiting');
}

// From pictures like one to the catalogue again.
function wayBack(state) {
  if (!state.mine) { state.send('like', ''); return; }
  URL.revokeObjectURL(state.mine.address);
  state.mine = null;
  state.keep('mine', false);
  state.turn += 1;
  state.root.classList.remove('waiting');
  showFeed(state, state.own, state.data.like ? state.own.ids.length : state.data.source.total);
}

function showLike(state) {
  const like = state.mine ? { src: state.mine.address, words: 'Like your picture' }
    : state.data.like ? { src: state.data.like.thumbnail_url, words: `Like “${state.data.like.name}”` } : null;
  const chip = state.root.querySelector('.like'), image = chip.querySelector('img');
  chip.hidden = !like;
  image.hidden = !like?.src;
  if (like?.src) image.src = like.src; else image.removeAttribute('src');
  chip.querySelector('span').textContent = like?.words ?? '';
}

// A word above the gallery; empty takes it away.
function say(state, words) {
  state.said = words;
  const notice = state.root.querySelector('.notice'), text = words || state.data.notice;
  notice.hidden = !text;
  if (notice.textContent !== text) notice.textContent = text;
}


// Not over what takes files or speaks for itself: an uploader, an open dialog.
const TAKEN = 'input[type="file"], [data-testid="stFileUploader"], dialog, [role="dialog"]';

function carriesFile(event) {
  const taken = event.composedPath().some((each) => each.matches?.(TAKEN));
  return !taken && [...(event.dataTransfer?.types ?? [])].includes('Files');
}

function mountPicture(state, signal) {
  const field = state.root.querySelector('.by-picture input'), veil = state.root.querySelector('.drop');
  state.root.querySelector('.by-picture button').addEventListener('click', () => field.click());
  field.addEventListener('change', () => { searchBy(state, field.files[0]); field.value = ''; });
  state.root.querySelector('.like button').addEventListener('click', () => wayBack(state));
  let inside = 0;
  const listen = (name, act) => document.addEventListener(name, (event) => {
    if (state.data.by_picture && state.root.isConnected && carriesFile(event)) act(event);
  }, { signal });
  const veiled = (deep) => { inside = Math.max(0, deep); veil.hidden = inside === 0; };
  listen('dragenter', () => veiled(inside + 1));
  listen('dragleave', () => veiled(inside - 1));
  listen('dragover', (event) => event.preventDefault());
  listen('drop', (event) => {
    event.preventDefault();
    veiled(0);
    const file = [...event.dataTransfer.files].find((each) => each.type.startsWith('image/'));
    if (file) searchBy(state, file); else say(state, 'That is not a picture. Drop a JPEG, PNG, WebP, TIFF or AVIF.');
  });
}
