// Packs bytes the way browsers do, for the scanner's self-test: what the scanner unpacks is made here, independently of it, from
// the public format descriptions. Both LZ formats use real back references, so that a planted word is not left lying in plain.
import zlib from 'node:zlib';

const MIN_MATCH = 4;

/** Splits bytes into steps { literal, offset, length } with greedy matches of at least 4 bytes; the last step is a literal. */
function lzSteps(bytes, maxOffset, maxLength) {
  const last = new Map();
  const steps = [];
  let literalFrom = 0;
  let at = 0;
  // Both formats may end in literals only; LZ4 demands the last 12 bytes for itself.
  while (at + MIN_MATCH <= bytes.length - 12) {
    const key = bytes.readUInt32LE(at);
    const earlier = last.get(key);
    last.set(key, at);
    if (earlier === undefined || at - earlier > maxOffset) {
      at++;
      continue;
    }
    let length = MIN_MATCH;
    while (at + length < bytes.length - 12 && length < maxLength && bytes[earlier + length] === bytes[at + length]) length++;
    steps.push({ literal: bytes.subarray(literalFrom, at), offset: at - earlier, length });
    at += length;
    literalFrom = at;
  }
  steps.push({ literal: bytes.subarray(literalFrom), offset: 0, length: 0 });
  return steps;
}

function lz4Length(length) {
  if (length < 15) return [];
  const extra = [];
  for (length -= 15; length >= 255; length -= 255) extra.push(255);
  return [...extra, length];
}

export function lz4Block(bytes) {
  const parts = lzSteps(bytes, 65535, 1 << 20).map(({ literal, offset, length }) => {
    const match = offset > 0 ? length - MIN_MATCH : 0;
    const token = (Math.min(literal.length, 15) << 4) | Math.min(match, 15);
    const tail = offset > 0 ? [offset & 255, offset >> 8, ...lz4Length(match)] : [];
    return Buffer.concat([Buffer.from([token, ...lz4Length(literal.length)]), literal, Buffer.from(tail)]);
  });
  return Buffer.concat(parts);
}

export function mozLz4(bytes) {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bytes.length);
  return Buffer.concat([Buffer.from('mozLz40\0', 'latin1'), size, lz4Block(bytes)]);
}

export function varint(value) {
  const out = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) out.push((value % 128) | 0x80);
  return Buffer.from([...out, value]);
}

function snappyLiteral(literal) {
  if (literal.length === 0) return Buffer.alloc(0);
  const length = literal.length - 1;
  const head = length < 60 ? [length << 2] : [61 << 2, length & 255, length >> 8];
  return Buffer.concat([Buffer.from(head), literal]);
}

/** Short copies (4 to 11 bytes, offset under 2048) in the one-byte form, all others in the two-byte form. */
function snappyCopy(offset, length) {
  if (length < 12 && offset < 2048) return Buffer.from([1 | ((length - 4) << 2) | ((offset >> 8) << 5), offset & 255]);
  return Buffer.from([2 | ((length - 1) << 2), offset & 255, offset >> 8]);
}

export function snappyRaw(bytes) {
  const parts = lzSteps(bytes, 65535, 64).flatMap(({ literal, offset, length }) =>
    offset > 0 ? [snappyLiteral(literal), snappyCopy(offset, length)] : [snappyLiteral(literal)]);
  return Buffer.concat([varint(bytes.length), ...parts]);
}

function snappyChunk(kind, payload) {
  const head = Buffer.alloc(4);
  head[0] = kind;
  head.writeUIntLE(payload.length, 1, 3);
  return Buffer.concat([head, payload]);
}

/** Checksums are left zero: the reader looks for words and must not depend on them. */
export function snappyFramed(bytes) {
  return Buffer.concat([snappyChunk(0xff, Buffer.from('sNaPpY')), snappyChunk(0x00, Buffer.concat([Buffer.alloc(4), snappyRaw(bytes)]))]);
}

/** One record that does not fit its first 32 KiB block, so that the word in it is cut by a fragment header. */
export function levelDbLog(bytes) {
  const blockBytes = 32768;
  const parts = [];
  let used = 0;
  for (let from = 0, first = true; from < bytes.length || first; first = false) {
    const room = blockBytes - (used % blockBytes) - 7;
    const piece = bytes.subarray(from, from + room);
    from += piece.length;
    const head = Buffer.alloc(7);
    head.writeUInt16LE(piece.length, 4);
    if (from >= bytes.length) head[6] = first ? 1 : 4;
    else head[6] = first ? 2 : 3;
    parts.push(head, piece);
    used += 7 + piece.length;
  }
  return Buffer.concat(parts);
}

function tableBlock(entries) {
  const parts = entries.map(({ key, value }) => Buffer.concat([varint(0), varint(key.length), varint(value.length), key, value]));
  const restarts = Buffer.alloc(8);
  restarts.writeUInt32LE(1, 4);
  return Buffer.concat([...parts, restarts]);
}

/** A table with one snappy data block. */
export function levelDbTable(key, value) {
  const chunks = [];
  let at = 0;
  const add = (block, type) => {
    const handle = Buffer.concat([varint(at), varint(block.length)]);
    chunks.push(block, Buffer.from([type, 0, 0, 0, 0]));
    at += block.length + 5;
    return handle;
  };
  const data = add(snappyRaw(tableBlock([{ key, value }])), 1);
  const meta = add(tableBlock([]), 0);
  const index = add(tableBlock([{ key: Buffer.from([0xff]), value: data }]), 0);
  const footer = Buffer.alloc(48);
  Buffer.concat([meta, index]).copy(footer);
  Buffer.from('57fb808b247547db', 'hex').copy(footer, 40);
  return Buffer.concat([...chunks, footer]);
}

/** A two-page database with one row of one blob, which runs over onto the second page. */
export function sqliteDatabase(blob) {
  const pageBytes = 1024;
  const pages = [Buffer.alloc(pageBytes)];
  pages[0].write('SQLite format 3\0', 'latin1');
  pages[0].writeUInt16BE(pageBytes, 16);
  const record = Buffer.concat([Buffer.from([4]), bigVarint(blob.length * 2 + 12), blob]);
  if (record.length <= pageBytes - 35) throw new Error('the blob must run over');
  const least = Math.floor(((pageBytes - 12) * 32) / 255) - 23;
  const spill = least + ((record.length - least) % (pageBytes - 4));
  const local = spill <= pageBytes - 35 ? spill : least;
  for (let from = local; from < record.length; from += pageBytes - 4) {
    const page = Buffer.alloc(pageBytes);
    record.subarray(from, from + pageBytes - 4).copy(page, 4);
    if (from + pageBytes - 4 < record.length) page.writeUInt32BE(pages.length + 2, 0);
    pages.push(page);
  }
  const cell = Buffer.concat([bigVarint(record.length), Buffer.from([1]), record.subarray(0, local), Buffer.from([0, 0, 0, 2])]);
  const start = pageBytes - cell.length;
  pages[0][100] = 0x0d;
  pages[0].writeUInt16BE(1, 103);
  pages[0].writeUInt16BE(start, 108);
  cell.copy(pages[0], start);
  return Buffer.concat(pages);
}

/** SQLite's big-endian varint in three bytes, which the format allows for every value under 2^21. */
function bigVarint(value) {
  return Buffer.from([0x80 | (value >> 14), 0x80 | ((value >> 7) & 127), value & 127]);
}

export const gzip = (bytes) => zlib.gzipSync(bytes);
export const zlibStream = (bytes) => zlib.deflateSync(bytes);
export const deflateRaw = (bytes) => zlib.deflateRawSync(bytes);
export const brotli = (bytes) => zlib.brotliCompressSync(bytes);
