
// The filters as the page's address holds them: pairs of a parameter of the search API and a value.
const keyOf = (filters) => JSON.stringify(filters.map((pair) => pair.join('\n')).sort());
const valueOf = (filters, name) => filters.findLast(([parameter]) => parameter === name)?.[1] ?? '';
const without = (filters, ...names) => filters.filter(([parameter]) => !names.includes(parameter));

// One value of a parameter that stands once; a blank one takes it away.
const withValue = (filters, name, value) => [...without(filters, name), ...(value === '' ? [] : [[name, String(value)]])];

// A group's `parameters` say by mode (all, any, not) under which name a value of it is asked for.
function usedOf(filters, spec) {
  const modes = Object.entries(spec.parameters || {});
  return new Map(filters.flatMap(([parameter, value]) => modes.filter(([, name]) => name === parameter).map(([mode]) => [value, mode])));
}

function used(filters, spec, value, mode) {
  const names = Object.values(spec.parameters);
  const rest = filters.filter(([parameter, each]) => each !== value || !names.includes(parameter));
  return mode ? [...rest, [spec.parameters[mode], value]] : rest;
}

// An address holds the first day that is not meant any more; people name the last day that is.
const dayAfter = (day, days) => {
  const moved = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(moved.getTime())) return '';
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
};
const lastDay = (end) => (end.length === 10 ? dayAfter(end, -1) : end.slice(0, 10));
