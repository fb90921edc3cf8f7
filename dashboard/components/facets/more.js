
// Attributes that are no group yet, the commonest first: one that is chosen becomes a group of its own.
function moreBody(panel, group) {
  group.list = element('ul', { 'aria-label': group.spec.title });
  group.foot = element('div', { class: 'foot' });
  group.find = element('input', { class: 'find', type: 'search', 'aria-label': 'Search attributes', placeholder: 'Search attributes', autocomplete: 'off',
    oninput: () => { group.typed = group.find.value; group.paint(); } });
  group.paint = () => {
    if (group.loadedFor !== keyOf(panel.filters)) load(panel, group);
    paintMore(panel, group);
  };
  return element('div', { class: 'body' }, element('div', { class: 'tools' }, group.find), group.list, group.foot);
}

function load(panel, group) {
  const key = (group.loadedFor = keyOf(panel.filters));
  ask(panel, 'facets/attribute', [...panel.filters, ['facet_limit', MOST]]).then(
    (answer) => { if (group.loadedFor === key) { group.names = answer.values; paintMore(panel, group); } },
    (problem) => { group.loadedFor = null; trouble(panel, problem); },
  );
}

function paintMore(panel, group) {
  const typed = group.typed.trim().toLowerCase(), known = new Set(group.spec.known);
  const words = (name) => name.replaceAll('_', ' ');
  const rows = (group.names || []).filter((row) => !known.has(row.value) && words(row.value).toLowerCase().includes(typed));
  group.list.replaceChildren(...rows.slice(0, MANY).map((row) => {
    const name = words(row.value), title = name.slice(0, 1).toUpperCase() + name.slice(1);
    const add = () => {
      memory.keep('open', { ...memory.read('open'), [`attr.${row.value}`]: true });
      panel.send('more', row.value);
    };
    return element('li', {}, element('button', { type: 'button', class: 'name', title: `Filter by ${title}`, onclick: add },
      element('span', { class: 'text' }, title), element('span', { class: 'n' }, shown(row.count))));
  }));
  const rest = rows.length - MANY;
  const hint = !group.names ? 'Looking…' : !rows.length ? 'No other attribute among these pictures.' : rest > 0 ? `${shown(rest)} more: search for them` : '';
  group.foot.replaceChildren(...(hint ? [element('p', { class: 'hint' }, hint)] : []));
}
