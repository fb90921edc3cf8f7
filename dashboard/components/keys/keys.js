// Listens to the whole page. What is typed into a field is never a shortcut, also where the field is in a component's
// own tree: there `event.target` is the component, and only composedPath() tells the field.
const SEARCH = 'input:is([type="search"], [aria-label^="Search"])';
const NARROW = window.matchMedia('(max-width: 767px)');
const closeDrawer = () => document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
let stop = null;

const typing = (event) =>
  event.composedPath().some(
    (at) =>
      at.isContentEditable ||
      /^(TEXTAREA|SELECT)$/.test(at.tagName || '') ||
      (at.tagName === 'INPUT' && !/^(checkbox|radio|range|button|file|color)$/.test(at.type)),
  );

const seen = (field) => field.checkVisibility({ visibilityProperty: true }) && !field.disabled;

// The page's own search first: a facet's or a list's comes after.
function search() {
  const main = document.querySelector('[data-testid="stMain"]') || document.body;
  const own = [...main.querySelectorAll(SEARCH)].find(seen);
  if (own) return own;
  for (const part of main.querySelectorAll('*')) {
    const found = part.shadowRoot && [...part.shadowRoot.querySelectorAll(SEARCH)].find(seen);
    if (found) return found;
  }
  return null;
}

// A page without a search leads to the catalogue's, which takes a moment to appear.
function toCatalogue() {
  const link = document.querySelector('header a[href$="/catalogue"]');
  if (!link) return location.assign('/catalogue');
  link.click();
  let tries = 0;
  const look = () => {
    const field = location.pathname.endsWith('/catalogue') && search();
    if (field) field.focus();
    else if (tries++ < 50) setTimeout(look, 100);
  };
  look();
}

function fill(place, groups) {
  place.replaceChildren(
    ...groups.map(([title, keys]) => {
      const section = document.createElement('section');
      section.append(Object.assign(document.createElement('h3'), { textContent: title }));
      const list = section.appendChild(document.createElement('dl'));
      for (const [key, does] of keys) {
        const row = list.appendChild(document.createElement('div'));
        const name = row.appendChild(document.createElement('dt'));
        name.append(Object.assign(document.createElement('kbd'), { textContent: key }));
        row.append(Object.assign(document.createElement('dd'), { textContent: does }));
      }
      return section;
    }),
  );
}

export default function ({ data, parentElement }) {
  const dialog = parentElement.querySelector('dialog');
  fill(parentElement.querySelector('.groups'), data.groups);
  parentElement.querySelector('button').onclick = () => dialog.close();
  dialog.onclick = (event) => event.target === dialog && dialog.close();

  const onKey = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
    const busy = dialog.open || document.querySelector('[role="dialog"], dialog[open]');
    if (event.key === '?' && !busy) dialog.showModal();
    else if (event.key === '?' && dialog.open) dialog.close();
    else if (event.key === '/' && !busy) {
      const field = search();
      if (field) field.focus(), field.select();
      else toCatalogue();
    } else return;
    event.preventDefault();
  };
  const onClick = (event) => {
    if (event.target.closest?.('.st-key-px-show-keys button')) dialog.showModal();
    // On a narrow screen the navigation is a drawer over the page that was asked for.
    if (NARROW.matches && event.target.closest?.('[data-testid="stSidebar"] [data-testid*="NavLink"]')) setTimeout(closeDrawer);
  };
  stop?.();
  document.addEventListener('keydown', onKey);
  document.addEventListener('click', onClick);
  stop = () => {
    document.removeEventListener('keydown', onKey);
    document.removeEventListener('click', onClick);
  };
  return stop;
}
