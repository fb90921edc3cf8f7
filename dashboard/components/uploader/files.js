// Files out of drops, folders and file inputs.
const NOT_PICTURES = /^(\.|~\$|thumbs\.db$|desktop\.ini$|__macosx$)/i; // what systems leave in folders

function entriesOf(transfer) {
  return Array.from(transfer.items || [])
    .filter((item) => item.kind === 'file')
    .map((item) => (item.webkitGetAsEntry && item.webkitGetAsEntry()) || item.getAsFile())
    .filter(Boolean);
}

function readAll(directory) {
  const reader = directory.createReader();
  const found = [];
  return new Promise((resolve) => {
    const next = () => reader.readEntries((part) => {
      if (!part.length) return resolve(found);
      found.push(...part); // browsers hand out 100 at a time
      next();
    }, () => resolve(found));
    next();
  });
}

async function* filesOf(entries) {
  for (const entry of entries) {
    if (entry instanceof File) { yield entry; continue; }
    if (NOT_PICTURES.test(entry.name)) continue;
    if (entry.isDirectory) yield* filesOf(await readAll(entry));
    else {
      const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
      if (file) yield file;
    }
  }
}

function wanted(files) {
  return Array.from(files).filter((file) => !NOT_PICTURES.test(file.name));
}
