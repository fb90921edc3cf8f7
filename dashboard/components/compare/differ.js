
// What differs between pictures: plain values in, rows for the table out.
const FAR = 10; // points of confidence from which two are told apart
const ALIKE = 0.95;

const best = (images, value) => {
  const known = images.map(value), most = Math.max(...known.map((one) => one ?? -Infinity));
  const winners = known.filter((one) => one === most).length;
  return known.map((one) => winners < images.length && one === most);
};

function factRows(details) {
  const images = details.map((one) => one.image), pixels = (image) => (image.width && image.height ? image.width * image.height : null);
  const told = (part, name) => details.map((one) => one.words[part].find((row) => row.name === name)?.value || '');
  const rows = [
    ['Size', told('file', 'Size'), best(images, pixels)],
    ['File size', told('file', 'File size'), best(images, (image) => image.bytes)],
    ['Kind', told('file', 'Kind')],
    ['Added', images.map((image) => image.created_at), best(images, (image) => Date.parse(image.created_at)), 'time'],
    ['Uploaded by', images.map((image) => image.uploader || '')],
    ['File name', images.map((image) => image.name)],
    ['SKU', images.map((image) => image.sku || '')],
    ['Category', images.map((image) => image.category || '')],
    ['Tags', images.map((image) => [...image.tags].sort().join(', '))],
    ['Colours', images.map((image) => [...image.colours].sort().join(', '))],
    ['Text found', images.map((image) => image.text.join(' · '))],
  ];
  const usual = ['SKU', 'Category'];
  const attributes = new Set(details.flatMap((one) => one.words.product.map((row) => row.name)).filter((name) => !usual.includes(name)));
  for (const name of attributes) rows.push([name, told('product', name)]);
  return rows.filter(([, values]) => values.some(Boolean)).map(([name, values, wins, kind]) => (
    { name, values, wins: wins || [], kind, differs: new Set(values).size > 1 }));
}

function labelRows(details, least) {
  const carried = details.map(({ image }) => new Map(image.labels.filter((l) => l.source === 'person' || l.confidence >= least).map((l) => [l.name, l])));
  const strongest = (name) => Math.max(...carried.map((labels) => labels.get(name)?.confidence ?? 0));
  const names = [...new Set(carried.flatMap((labels) => [...labels.keys()]))].sort((a, b) => strongest(b) - strongest(a) || a.localeCompare(b));
  return names.map((name) => {
    const cells = carried.map((labels) => labels.get(name) || null), there = cells.filter(Boolean);
    const spread = Math.max(...there.map((one) => one.confidence)) - Math.min(...there.map((one) => one.confidence));
    return { name, cells, lone: there.length < cells.length, spread, differs: there.length < cells.length || spread >= FAR };
  });
}

// Which one to keep: the one with more pixels, then the larger file, then the newer.
function keeper(images) {
  const rank = (image) => [(image.width || 0) * (image.height || 0), image.bytes || 0, Date.parse(image.created_at) || 0];
  const order = images.map((image, at) => [rank(image), at]).sort(([a], [b]) => b[0] - a[0] || b[1] - a[1] || b[2] - a[2]);
  const [first, second] = order;
  const why = ['larger', 'less compressed', 'newer'][first[0].findIndex((value, at) => value !== second[0][at])];
  return why ? { at: first[1], why } : null;
}

const percentage = (alike) => `${Math.round(Math.max(0, alike) * 100)} %`;

// Sameness in words: by the bytes, else by how alike they look to the recogniser.
function sameness(images, alike) {
  const files = new Set(images.map((image) => image.sha256 || image.id));
  if (files.size === 1) return ['These are the same file.', true];
  const known = alike.filter((one) => one !== null), lowest = Math.min(...known);
  if (!known.length) return ['', false];
  const percent = images.length === 2 ? `${percentage(known[0])} alike` : `${known.map(percentage).join(' and ')} like the first`;
  if (files.size < images.length) return [`Some of these are the same file; ${percent}.`, true];
  return lowest >= ALIKE ? [`These look almost the same: ${percent}.`, true] : [`Different pictures: ${percent}.`, false];
}
