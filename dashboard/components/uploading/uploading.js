// The queues are the uploader's (components/uploader/queue.js), which goes on by itself; here they are only told of.
const EVERY = 500;
const STAYS = 6000; // ms for which the end is told
let timer = 0;
let before = null; // what was under way at the last look
let ended = 0;
let since = 0; // when the page with the files went away; Streamlit may only have put it anew

const number = (n) => n.toLocaleString('en');

function look(at) {
  const away = [...(globalThis.pixploreUploads?.values() || [])].filter((queue) => !queue.shown());
  const going = away.filter((queue) => queue.left() || queue.opening);
  const all = going.reduce((sum, queue) => sum + queue.items.length, 0);
  const sent = all - going.reduce((sum, queue) => sum + queue.left() + queue.of.stuck.size, 0);
  const word = at('.word');
  if (!going.length) since = 0; else since ||= Date.now();
  if (going.length && Date.now() - since < EVERY) return;
  if (going.length) {
    const waits = going.find((queue) => queue.trouble);
    const paused = going.every((queue) => queue.paused);
    const how = waits ? 'The upload waits: ' : paused ? 'Upload paused: ' : 'Uploading ';
    say(word, at, `${how}${number(sent)} of ${number(all)}`, waits || paused ? 'waits' : 'going', waits?.trouble);
    at('.bar i').style.width = `${(100 * sent) / all}%`;
    at('a').href = address(waits || going[0]);
    before = { queue: going[0], all };
  } else if (before && !before.queue.shown() && before.queue.items.length) {
    if (word.dataset.state !== 'end') ended = Date.now();
    const lost = before.queue.of.stuck.size;
    const all = before.all === 1 ? 'The picture is sent' : `All ${number(before.all)} pictures are sent`;
    say(word, at, lost ? `${number(lost)} of ${number(before.all)} could not be sent` : all, 'end');
    at('.bar i').style.width = `${(100 * (before.all - lost)) / before.all}%`;
    at('a').href = address(before.queue);
    if (!lost && Date.now() - ended > STAYS) before = null; // what was not sent is told until somebody looks
  } else {
    before = null;
    if (word.matches(':popover-open')) word.hidePopover();
  }
}

const address = (queue) => (queue.batch ? `/upload?batch=${encodeURIComponent(queue.batch)}` : '/upload');

// Said aloud when it begins, stops or ends; not with every file.
function say(word, at, text, state, why) {
  const whole = why ? `${text}. ${why}` : text;
  if (at('p').textContent !== whole) at('p').textContent = whole;
  if (!word.matches(':popover-open')) { delete word.dataset.state; word.showPopover(); }
  if (word.dataset.state !== state) at('.sr').textContent = whole;
  word.dataset.state = state;
}

export default function ({ parentElement }) {
  const at = (selector) => parentElement.querySelector(selector);
  at('a').onclick = (event) => { // as Streamlit's own links do: another address would end what is being sent
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.pushState(null, '', event.currentTarget.getAttribute('href'));
    window.dispatchEvent(new PopStateEvent('popstate'));
  };
  clearInterval(timer);
  timer = setInterval(() => look(at), EVERY);
  look(at);
  return () => clearInterval(timer);
}
