// Streamlit tries again by itself and writes how that stands on its root element; people are told in words.
const STATE = 'data-test-connection-state';
const PATIENCE = 1500; // a page that loads connects sooner than this
let stop = null;

// Streamlit's own dialog says the same in its own terms.
function hush() {
  for (const dialog of document.querySelectorAll('[role="dialog"]'))
    if (/^Connection error/.test(dialog.textContent.trim())) dialog.querySelector('button[aria-label="Close"]')?.click();
}

export default function ({ parentElement }) {
  const word = parentElement.querySelector('.word');
  const say = (state, text) => {
    word.dataset.state = state;
    word.querySelector('p').textContent = text;
    if (!word.matches(':popover-open')) word.showPopover();
  };
  const connected = () =>
    navigator.onLine && (document.querySelector(`[${STATE}]`)?.getAttribute(STATE) ?? 'CONNECTED') === 'CONNECTED';

  let timer = 0;
  const look = () => {
    clearTimeout(timer);
    hush();
    if (!connected()) {
      timer = setTimeout(
        () => say('lost', 'The connection is lost. Pixplore tries again by itself; what you see stays. Wait with changes.'),
        PATIENCE,
      );
    } else if (word.dataset.state) {
      say('back', 'Connected again.');
      timer = setTimeout(() => {
        delete word.dataset.state;
        word.hidePopover();
      }, 3000);
    }
  };
  parentElement.querySelector('button').onclick = () => location.reload();

  stop?.();
  const watcher = new MutationObserver(look);
  watcher.observe(document.body, { subtree: true, attributes: true, attributeFilter: [STATE] });
  const dialogs = new MutationObserver(hush);
  dialogs.observe(document.body, { childList: true });
  addEventListener('online', look);
  addEventListener('offline', look);
  stop = () => {
    clearTimeout(timer);
    watcher.disconnect();
    dialogs.disconnect();
    removeEventListener('online', look);
    removeEventListener('offline', look);
  };
  look();
  return stop;
}
