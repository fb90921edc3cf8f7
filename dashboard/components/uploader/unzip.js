// Runs in the worker: what a ZIP holds, and its entries one by one. The archive is read in slices, never whole.
//
// A ZIP is a stranger's list of claims: every claim is checked, and what does not hold is refused in a sentence.
const TAKEN = /\.(jpe?g|jpe|jfif|png|webp|tiff?|avif)$/i;
const ARCHIVES = /\.(zip|cbz|jar|7z|rar|tar|gz|tgz|bz2|xz|zst|iso)$/i;
const SYSTEM = /(^|\/)(\.|~\$|thumbs\.db$|desktop\.ini$|__macosx(\/|$))/i;
const MOST_ENTRIES = 20000;
const MOST_DIRECTORY = 64e6;
const MOST_RATIO = 200; // photographs hardly shrink; what grows more is made to fill memory
const MOST_TOTAL_RATIO = 100;
const UPPER = 'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

class Fault extends Error {}

async function bytesOf(file, from, to) {
  return new DataView(await file.slice(from, to).arrayBuffer());
}

function nameOf(bytes, isUtf8) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes); // most write it without saying so
  } catch {
    if (isUtf8) throw new Fault('This ZIP is damaged: a name in it cannot be read. Make it again.');
    return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : UPPER[byte - 128])).join('');
  }
}

// The end of a ZIP says where its list of entries is.
async function endOf(file) {
  const from = Math.max(0, file.size - 65557);
  const tail = await bytesOf(file, from, file.size);
  for (let at = tail.byteLength - 22; at >= 0; at -= 1) {
    if (tail.getUint32(at, true) !== 0x06054b50 || at + 22 + tail.getUint16(at + 20, true) > tail.byteLength) continue;
    const end = { count: tail.getUint16(at + 10, true), size: tail.getUint32(at + 12, true), start: tail.getUint32(at + 16, true) };
    if (end.count === 0xffff || end.size === 0xffffffff || end.start === 0xffffffff) {
      throw new Fault('This ZIP is in the format for very large archives (ZIP64), which is not taken. Make several smaller ones.');
    }
    if (tail.getUint16(at + 4, true) || tail.getUint16(at + 8, true) !== end.count) {
      throw new Fault('This is one part of a ZIP that was split. Join the parts first, or choose the pictures themselves.');
    }
    end.shift = from + at - end.size - end.start; // what stands before a self-extracting archive
    return end;
  }
  throw new Fault('This is no ZIP, or only a part of one. Make or copy it again.');
}

function readEntry(list, at, shift) {
  if (at + 46 > list.byteLength || list.getUint32(at, true) !== 0x02014b50) {
    throw new Fault('This ZIP is damaged: its list of files cannot be read. Make it again.');
  }
  const [name, extra, comment] = [28, 30, 32].map((field) => list.getUint16(at + field, true));
  if (at + 46 + name > list.byteLength) throw new Fault('This ZIP is damaged: its list of files is cut off. Make it again.');
  const flags = list.getUint16(at + 8, true);
  return {
    path: nameOf(new Uint8Array(list.buffer, list.byteOffset + at + 46, name), Boolean(flags & 0x800)), flags,
    method: list.getUint16(at + 10, true), crc: list.getUint32(at + 16, true), packed: list.getUint32(at + 20, true),
    size: list.getUint32(at + 24, true), unix: list.getUint16(at + 4, true) >> 8 === 3, mode: list.getUint16(at + 40, true),
    offset: list.getUint32(at + 42, true) + shift, head: 30 + name, next: at + 46 + name + extra + comment,
  };
}

// Why an entry is not taken; null where it is.
function refusal(entry) {
  const path = entry.path.replaceAll('\\', '/');
  // eslint-disable-next-line no-control-regex
  if (/^\/|^[a-z]:|(^|\/)\.\.(\/|$)|[\u0000-\u001f]/i.test(path)) return 'Its name leads out of the ZIP, which a picture’s never does.';
  if (entry.unix && (entry.mode & 0xf000) === 0xa000) return 'It is a link to another file, not a picture.';
  if (entry.flags & 0x41 || entry.method === 99) return 'It is locked with a password. Unpack the ZIP yourself and choose the pictures.';
  if (ARCHIVES.test(path)) return 'An archive inside an archive is not opened. Unpack it, or choose it by itself.';
  if (!TAKEN.test(path)) return 'Not a picture. JPEG, PNG, WebP, TIFF and AVIF are taken out of a ZIP.';
  if (entry.size === 0xffffffff || entry.packed === 0xffffffff) return 'It is stored in a form for very large files (ZIP64), which is not taken.';
  if (entry.method !== 0 && entry.method !== 8) return 'It is packed in an unusual way. Make the ZIP again with the usual settings.';
  if (entry.method === 0 && entry.packed !== entry.size) return 'The ZIP tells a wrong size for it. Make the ZIP again.';
  if (entry.size > 1e6 && entry.size > MOST_RATIO * entry.packed) return 'It would grow more than 200 times when unpacked, as no picture does.';
  if (entry.method === 8 && typeof DecompressionStream === 'undefined') return 'This browser cannot unpack it. Unpack the ZIP yourself and choose the pictures.';
  return null;
}

// {entries, refused: [{path, size, why}], left}: `left` counts what systems put into archives.
async function listZip(file) {
  const end = await endOf(file);
  if (end.count > MOST_ENTRIES || end.size > MOST_DIRECTORY) throw new Fault(`This ZIP holds more than ${MOST_ENTRIES.toLocaleString('en')} files. Make several smaller ones.`);
  if (end.shift < 0) throw new Fault('This ZIP is damaged: a part of it is missing. Make or copy it again.');
  const list = await bytesOf(file, end.start + end.shift, end.start + end.shift + end.size);
  const found = [];
  for (let at = 0; found.length < end.count; at = found[found.length - 1].next) found.push(readEntry(list, at, end.shift));
  checkTogether(file, found);
  const told = { entries: [], refused: [], left: 0 };
  for (const entry of found) {
    if (entry.path.endsWith('/')) continue;
    if (SYSTEM.test(entry.path) && !entry.path.includes('..')) { told.left += 1; continue; }
    const why = refusal(entry);
    if (why) told.refused.push({ path: entry.path, size: entry.size, why });
    else told.entries.push({ path: entry.path, size: entry.size, packed: entry.packed, method: entry.method, crc: entry.crc, offset: entry.offset });
  }
  return told;
}

function checkTogether(file, found) {
  const bomb = new Fault('This ZIP is built to fill a computer’s memory. Nothing of it was taken.');
  let until = 0;
  for (const entry of [...found].sort((a, b) => a.offset - b.offset)) {
    if (entry.offset < until) throw bomb; // entries that share their bytes
    until = entry.offset + entry.head + (entry.packed === 0xffffffff ? 0 : entry.packed);
  }
  if (until > file.size) throw new Fault('This ZIP is damaged: a part of it is missing. Make or copy it again.');
  const total = found.reduce((sum, entry) => sum + entry.size, 0);
  if (total > 1e8 && total > MOST_TOTAL_RATIO * file.size) throw bomb;
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

// One entry as a Blob. Stops at the size that was promised, whatever the bytes would become.
async function unpack(file, entry) {
  const head = await bytesOf(file, entry.offset, entry.offset + 30);
  const damaged = () => new Fault('The ZIP is damaged at this file. Make it again, or choose the picture itself.');
  if (head.byteLength < 30 || head.getUint32(0, true) !== 0x04034b50 || head.getUint16(8, true) !== entry.method) throw damaged();
  const start = entry.offset + 30 + head.getUint16(26, true) + head.getUint16(28, true);
  const packed = file.slice(start, start + entry.packed);
  if (packed.size !== entry.packed) throw damaged();
  const stream = entry.method === 8 ? packed.stream().pipeThrough(new DecompressionStream('deflate-raw')) : packed.stream();
  const reader = stream.getReader();
  const parts = [];
  let size = 0;
  let crc = 0xffffffff;
  for (;;) {
    const { done, value } = await reader.read().catch(() => { throw damaged(); });
    if (done) break;
    size += value.length;
    if (size > entry.size) {
      reader.cancel().catch(() => {});
      throw new Fault('It is larger than the ZIP says. Make the ZIP again.');
    }
    for (let n = 0; n < value.length; n += 1) crc = CRC[(crc ^ value[n]) & 255] ^ (crc >>> 8);
    parts.push(value);
  }
  if (size < entry.size) throw new Fault('It is smaller than the ZIP says. Make the ZIP again.');
  if ((crc ^ 0xffffffff) >>> 0 !== entry.crc) throw damaged();
  return new Blob(parts);
}
