
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const STEPS = [[60, 'second'], [60, 'minute'], [24, 'hour'], [7, 'day'], [4.35, 'week'], [12, 'month'], [Infinity, 'year']];

function when(moment) {
  // "3 hours ago"; the exact time on hover, in the reader's own zone.
  const at = new Date(moment), made = element('time', '');
  if (Number.isNaN(at.getTime())) { made.textContent = moment ?? ''; return made; }
  made.dateTime = at.toISOString();
  made.title = at.toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' });
  let size = (at - Date.now()) / 1000;
  if (Math.abs(size) < 45) { made.textContent = 'just now'; return made; }
  for (const [length, unit] of STEPS) {
    if (Math.abs(size) < length) { made.textContent = RELATIVE.format(Math.round(size), unit); break; }
    size /= length;
  }
  return made;
}
