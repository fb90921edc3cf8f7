
// The order as a list of ids, and what a move makes of it. Pure, so that the screen and the service agree.
function moved(order, ids, before) {
  const stays = order.filter((id) => !ids.includes(id));
  const at = before === null ? stays.length : stays.indexOf(before);
  return [...stays.slice(0, at), ...ids, ...stays.slice(at)];
}

// Before which picture these stand after a step to the left (-1) or right (1); undefined where there is no room.
function stepped(order, id, by) {
  const to = order.indexOf(id) + by;
  if (to < 0 || to >= order.length) return undefined;
  return by < 0 ? order[to] : order[to + 1] ?? null;
}
