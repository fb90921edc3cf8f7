// What the changes would do, in counts and pictures, and saving them; somebody else's version is never written over.
const EFFECTS = 30;

function hideEffect(view) { view.at('.effect').hidden = true; }

function rulesWith(view) {
  const rules = { ...view.known.rules };
  for (const [name, rule] of Object.entries(view.changes)) {
    if (Object.keys(rule).length) rules[name] = rule;
    else delete rules[name];
  }
  return rules;
}

// `back`: the version whose rules are to hold again, in place of the changes made here.
async function preview(view, back) {
  const place = view.at('.effect'), rules = back ? back.rules : rulesWith(view);
  place.hidden = false;
  place.replaceChildren(element('p', 'soft', 'Counting over the whole catalogue …'));
  place.focus({ preventScroll: true });
  place.scrollIntoView({ block: 'nearest' });
  try {
    const told = await ask('/v1/taxonomy/preview', { body: { rules }, signal: AbortSignal.timeout(120_000) });
    if (told.version !== view.known.version) { await meanwhile(view); return; }
    effect(view, place, told, rules, back);
    place.scrollIntoView({ block: 'start' });
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    troubleNote(place, trouble, () => preview(view, back));
  }
}

function effect(view, place, told, rules, back) {
  const head = element('h2', '', back ? `Back to version ${back.version}` : 'What changes');
  if (told.conflicts.length) {
    const list = element('ul', 'faults');
    list.append(...told.conflicts.map(({ field, message }) => element('li', '', `“${field.replace(/^rules\./, '')}” ${message}.`)));
    place.replaceChildren(head, element('p', '', 'These rules cannot hold together:'), list);
    return;
  }
  const summary = element('p', '', told.images ? `${words(told.images, 'picture')} would show other labels.` : 'No picture would show other labels.');
  const parts = [head, summary];
  if (!back) {
    const list = element('ul', 'soft rules');
    list.append(...Object.entries(view.changes).slice(0, EFFECTS).map(([name, rule]) => element('li', '', ruleWords(name, rule))));
    parts.push(list);
  }
  const rows = [...told.labels].sort((a, b) => b.gained + b.lost - a.gained - a.lost);
  parts.push(...rows.slice(0, EFFECTS).map((one) => effectRow(view, one, rules, told)));
  if (rows.length > EFFECTS) parts.push(element('p', 'soft', `And ${words(rows.length - EFFECTS, 'other label')}.`));
  parts.push(view.admin ? saving(view, rules, back) : element('p', 'soft', 'An administrator can save this. Your changes stay in this tab.'));
  place.replaceChildren(...parts);
}

function effectRow(view, one, rules, told) {
  const part = element('details'), line = element('summary'), pictures = element('div');
  const number = (value) => value.toLocaleString('en');
  line.append(element('b', '', one.label), element('span', 'counts', `${number(one.before)} → ${number(one.after)}`));
  if (told.appearing.includes(one.label)) line.append(element('span', 'mark', 'appears'));
  if (told.vanishing.includes(one.label)) line.append(element('span', 'mark', 'vanishes'));
  line.append(element('span', 'soft', [one.gained && `${number(one.gained)} more`, one.lost && `${number(one.lost)} fewer`].filter(Boolean).join(', ')));
  part.append(line, pictures);
  part.ontoggle = async () => {
    if (!part.open || pictures.childElementCount) return;
    // What it will gain comes from the names that become it; what it loses carries it now.
    const from = one.lost ? [one.label] : Object.keys(rules).filter((name) => rules[name].to === one.label).map((name) => view.shownAs.get(name) || name);
    const asked = new URLSearchParams({ limit: 12 });
    (from.length ? from : [one.label]).forEach((name) => asked.append('any_label', name));
    try {
      const { items } = await ask(`/v1/images?${asked}`);
      pictures.replaceChildren(items.length ? strip(items, view.href) : element('p', 'soft', 'No picture shows it now.'));
    } catch (trouble) { pictures.replaceChildren(element('p', 'soft', trouble.message)); }
  };
  return part;
}

function saving(view, rules, back) {
  const row = element('div', 'saving'), label = element('label', '', 'Why (for the history)'), why = element('input');
  Object.assign(why, { type: 'text', maxLength: 200, value: back ? `Back to version ${back.version}` : '', autocomplete: 'off' });
  label.append(why);
  const go = button(back ? 'Roll back' : 'Save for everybody', 'primary', async () => {
    go.disabled = true;
    try {
      const made = await saveRules(rules, view.known.version, why.value.trim(), view.person);
      if (!back) view.changes = {};
      keep(view);
      hideEffect(view);
      saved(view, made);
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      go.disabled = false;
      if (trouble.status === 409) await meanwhile(view);
      else { row.querySelector('.said')?.remove(); row.append(element('p', 'said bad', trouble.status === 401 ? 'Your session is over. Your changes stay in this tab: reload and sign in again.' : trouble.message)); }
    }
  });
  row.append(label, go, button('Not yet', 'quiet', () => hideEffect(view)));
  return row;
}

async function saved(view, made) {
  const said = view.at('.done'), tell = (job) => { said.hidden = false; said.textContent = `Saved as version ${made.version}. ${jobWords(job)}`; };
  tell(made.job);
  await refresh(view);
  const job = made.job && await followJob(made.job.id, tell, () => view.root.isConnected);
  if (job) await refresh(view, job.version);
}

// Another version came between: the changes made here are kept and laid upon it, to be looked at again.
async function meanwhile(view) {
  const before = view.known;
  hideEffect(view);
  await refresh(view);
  const theirs = Object.keys({ ...before.rules, ...view.known.rules }).filter((name) => !sameRule(canonical(name, before.rules[name]), canonical(name, view.known.rules[name])));
  const both = theirs.filter((name) => view.changes[name]);
  const said = view.at('.conflict');
  said.hidden = false;
  said.replaceChildren(`${view.known.by} saved version ${view.known.version} meanwhile. Your ${words(Object.keys(view.changes).length, 'change')} stay and would come on top: look at what changes once more. ${both.length ? `You both changed ${both.map((name) => `“${name}”`).join(', ')}. ` : ''}`, button('Understood', '', () => { said.hidden = true; }));
  said.scrollIntoView({ block: 'nearest' });
}
