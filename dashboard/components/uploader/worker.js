// Runs in a Web Worker: what a file is by its first bytes, its SHA-256, and what ZIPs hold, without holding up the page.
const BRANDS = { avif: 'image/avif', avis: 'image/avif', heic: 'image/heic', heix: 'image/heic', hevc: 'image/heic', mif1: 'image/heic' };

function kindOf(head, claimed) {
  const text = String.fromCharCode(...head);
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'image/webp';
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return 'image/tiff';
  if (text.slice(4, 8) === 'ftyp') {
    const brands = [text.slice(8, 12)];
    for (let at = 16; at + 4 <= text.length; at += 4) brands.push(text.slice(at, at + 4));
    return brands.map((brand) => BRANDS[brand]).find((kind) => kind === 'image/avif') || BRANDS[brands[0]] || 'video/mp4';
  }
  if (text.startsWith('GIF8')) return 'image/gif';
  if (text.startsWith('BM')) return 'image/bmp';
  if (text.startsWith('8BPS')) return 'image/vnd.adobe.photoshop';
  if (text.startsWith('%PDF')) return 'application/pdf';
  if (text.startsWith('PK\x03\x04')) return 'application/zip';
  if (head.length && head.every((byte) => byte > 31 || byte === 9 || byte === 10 || byte === 13)) {
    return claimed.startsWith('text/') || claimed === 'application/json' ? claimed : 'text/plain';
  }
  // The name may say .jpg; the bytes do not.
  return claimed && !claimed.startsWith('image/') ? claimed : 'application/octet-stream';
}

async function checked({ file, entry, hash }) {
  const bytes = entry && hash ? await unpack(file, entry) : file;
  if (entry && !hash) return { kind: 'application/octet-stream', sha256: null }; // too large: its size is enough
  const head = new Uint8Array(await bytes.slice(0, 64).arrayBuffer());
  const kind = kindOf(head, file.type && !entry ? file.type : '');
  // Outside a secure context there is no digest; then the server's own one decides.
  if (!hash || !self.crypto || !self.crypto.subtle) return { kind, sha256: null };
  const digest = await self.crypto.subtle.digest('SHA-256', await bytes.arrayBuffer());
  return { kind, sha256: Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('') };
}

const TASKS = { check: checked, list: ({ file }) => listZip(file), unpack: async ({ file, entry }) => ({ blob: await unpack(file, entry) }) };

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ task: data.task, key: data.key, ...(await TASKS[data.task](data)) });
  } catch (problem) {
    const fault = problem instanceof Fault ? problem.message : 'The browser cannot read this file any more. Choose it again.';
    self.postMessage({ task: data.task, key: data.key, fault });
  }
};
