// Unpacks what browsers wrap around bytes before they write them to disk, so that the canary scanner can look inside.
// Readers of formats written by others: every length is checked, a malformed input gives null or stops, never throws.
import zlib from 'node:zlib';

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const MOZ_LZ4_MAGIC = Buffer.from('mozLz40\0', 'latin1');
const SNAPPY_STREAM_MAGIC = Buffer.from([0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59]);
const SNAPPY_COMPRESSED_CHUNK = 0x00;
const SNAPPY_PLAIN_CHUNK = 0x01;
const LEVELDB_TABLE_MAGIC = Buffer.from('57fb808b247547db', 'hex');
const LEVELDB_BLOCK_BYTES = 32768;
const SQLITE_MAGIC = Buffer.from('SQLite format 3\0', 'latin1');

/** One unsigned LEB128 number at `at`; { value, next } or null. Values over 2^48 are refused. */
export function readVarint(bytes, at) {
  let value = 0;
  for (let shift = 0; shift < 49 && at < bytes.length; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next: at };
  }
  return null;
}

/** Copies a back reference, which may overlap what it writes. */
function copyBack(out, at, offset, length) {
  for (let i = 0; i < length; i++) out[at + i] = out[at + i - offset];
}

/** LZ4 block format (lz4_Block_format.md) of a known size, or null. */
export function lz4Block(block, sizeBytes) {
  if (sizeBytes > MAX_OUTPUT_BYTES) return null;
  const out = Buffer.alloc(sizeBytes);
  let read = 0;
  let written = 0;
  const longLength = (length) => {
    if (length !== 15) return length;
    let byte = 255;
    while (byte === 255 && read < block.length) {
      byte = block[read++];
      length += byte;
    }
    return length;
  };
  while (read < block.length) {
    const token = block[read++];
    const literals = longLength(token >> 4);
    if (read + literals > block.length || written + literals > sizeBytes) return null;
    block.copy(out, written, read, read + literals);
    read += literals;
    written += literals;
    if (read === block.length) break;
    if (read + 2 > block.length) return null;
    const offset = block.readUInt16LE(read);
    read += 2;
    const length = longLength(token & 15) + 4;
    if (offset === 0 || offset > written || written + length > sizeBytes) return null;
    copyBack(out, written, offset, length);
    written += length;
  }
  return written === sizeBytes ? out : null;
}

/** Mozilla's jsonlz4 wrapper: magic, size (u32 little endian), one LZ4 block. */
export function mozLz4(bytes) {
  if (bytes.length < 12 || !bytes.subarray(0, 8).equals(MOZ_LZ4_MAGIC)) return null;
  return lz4Block(bytes.subarray(12), bytes.readUInt32LE(8));
}

/** Length and back distance of a snappy copy element; read points behind its tag. */
function snappyCopy(bytes, tag, read) {
  const kind = tag & 3;
  if (kind === 1) return { length: ((tag >> 2) & 7) + 4, offset: ((tag >> 5) << 8) | bytes[read], next: read + 1 };
  if (kind === 2) {
    if (read + 2 > bytes.length) return null;
    return { length: (tag >> 2) + 1, offset: bytes.readUInt16LE(read), next: read + 2 };
  }
  if (read + 4 > bytes.length) return null;
  return { length: (tag >> 2) + 1, offset: bytes.readUInt32LE(read), next: read + 4 };
}

/** Snappy raw format (format_description.txt), or null. */
export function snappyRaw(bytes) {
  const size = readVarint(bytes, 0);
  // A snappy element of 3 bytes gives at most 64 bytes: a larger claim is no snappy.
  if (size === null || size.value === 0 || size.value > bytes.length * 22 || size.value > MAX_OUTPUT_BYTES) return null;
  const out = Buffer.alloc(size.value);
  let read = size.next;
  let written = 0;
  while (read < bytes.length) {
    const tag = bytes[read++];
    if ((tag & 3) === 0) {
      let length = (tag >> 2) + 1;
      if (length > 60) {
        const extra = length - 60;
        if (read + extra > bytes.length) return null;
        length = bytes.readUIntLE(read, extra) + 1;
        read += extra;
      }
      if (read + length > bytes.length || written + length > out.length) return null;
      bytes.copy(out, written, read, read + length);
      read += length;
      written += length;
    } else {
      const copy = snappyCopy(bytes, tag, read);
      if (copy === null || copy.offset === 0 || copy.offset > written || written + copy.length > out.length) return null;
      copyBack(out, written, copy.offset, copy.length);
      read = copy.next;
      written += copy.length;
    }
  }
  return written === out.length ? out : null;
}

/** Snappy framing format (framing_format.txt) as far as it can be read; null when it does not begin with the stream magic. */
export function snappyFramed(bytes) {
  if (!bytes.subarray(0, 10).equals(SNAPPY_STREAM_MAGIC)) return null;
  const parts = [];
  let at = 10;
  while (at + 4 <= bytes.length) {
    const kind = bytes[at];
    const length = bytes.readUIntLE(at + 1, 3);
    const chunk = bytes.subarray(at + 4, at + 4 + length);
    if (chunk.length < length) break;
    if (kind === SNAPPY_COMPRESSED_CHUNK) parts.push(snappyRaw(chunk.subarray(4)) ?? Buffer.alloc(0));
    if (kind === SNAPPY_PLAIN_CHUNK) parts.push(chunk.subarray(4));
    at += 4 + length;
  }
  return Buffer.concat(parts);
}

/** LevelDB log file (log_format.md): records put together from their fragments. */
export function levelDbLog(bytes) {
  const records = [];
  let pending = [];
  for (let block = 0; block < bytes.length; block += LEVELDB_BLOCK_BYTES) {
    const end = Math.min(block + LEVELDB_BLOCK_BYTES, bytes.length);
    let at = block;
    while (at + 7 <= end) {
      const length = bytes.readUInt16LE(at + 4);
      const kind = bytes[at + 6];
      if (kind < 1 || kind > 4 || at + 7 + length > end) break;
      pending.push(bytes.subarray(at + 7, at + 7 + length));
      if (kind === 1 || kind === 4) {
        records.push(Buffer.concat(pending));
        pending = [];
      }
      at += 7 + length;
    }
  }
  if (pending.length > 0) records.push(Buffer.concat(pending));
  return records;
}

function blockHandle(bytes, at) {
  const offset = readVarint(bytes, at);
  const size = offset && readVarint(bytes, offset.next);
  return size ? { offset: offset.value, sizeBytes: size.value, next: size.next } : null;
}

/** Unpacked block of a LevelDB table: type byte 0 plain, 1 snappy; null for any other or when out of bounds. */
function tableBlock(bytes, handle) {
  const end = handle.offset + handle.sizeBytes;
  if (end + 1 > bytes.length) return null;
  const stored = bytes.subarray(handle.offset, end);
  if (bytes[end] === 0) return stored;
  return bytes[end] === 1 ? snappyRaw(stored) : null;
}

/** Entries of a table block with their shared key prefixes put back. */
function blockEntries(block) {
  const entries = [];
  const restarts = block.length >= 4 ? block.readUInt32LE(block.length - 4) : 0;
  const end = block.length - 4 - restarts * 4;
  let key = Buffer.alloc(0);
  let at = 0;
  while (at < end) {
    const shared = readVarint(block, at);
    const fresh = shared && readVarint(block, shared.next);
    const size = fresh && readVarint(block, fresh.next);
    if (!size || shared.value > key.length) break;
    const keyEnd = size.next + fresh.value;
    key = Buffer.concat([key.subarray(0, shared.value), block.subarray(size.next, keyEnd)]);
    entries.push({ key, value: block.subarray(keyEnd, keyEnd + size.value) });
    at = keyEnd + size.value;
  }
  return entries;
}

/**
 * LevelDB table file (table_format.md): keys and values of every data block. Null when it is none.
 * `unread` counts blocks that could not be unpacked, so that nobody takes silence for absence.
 */
export function levelDbTable(bytes) {
  if (bytes.length < 48 || !bytes.subarray(bytes.length - 8).equals(LEVELDB_TABLE_MAGIC)) return null;
  const footer = bytes.subarray(bytes.length - 48);
  const meta = blockHandle(footer, 0);
  const index = meta && blockHandle(footer, meta.next);
  const indexBlock = index && tableBlock(bytes, index);
  if (!indexBlock) return { parts: [], unread: 1 };
  const parts = [];
  let unread = 0;
  for (const entry of blockEntries(indexBlock)) {
    const handle = blockHandle(entry.value, 0);
    const block = handle && tableBlock(bytes, handle);
    if (!block) unread++;
    else for (const { key, value } of blockEntries(block)) parts.push(key, value);
  }
  return { parts, unread };
}

/** SQLite's own big-endian varint: 1 to 9 bytes. */
function sqliteVarint(bytes, at) {
  let value = 0n;
  for (let i = 0; i < 9 && at + i < bytes.length; i++) {
    const byte = bytes[at + i];
    if (i === 8) return { value: Number((value << 8n) | BigInt(byte)), next: at + 9 };
    value = (value << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80) return { value: Number(value), next: at + i + 1 };
  }
  return null;
}

/** Pages of a database with the newest frames of its write-ahead log laid over them. */
function sqlitePages(bytes, wal) {
  const pageBytes = bytes.readUInt16BE(16) === 1 ? 65536 : bytes.readUInt16BE(16);
  if (pageBytes < 512 || (pageBytes & (pageBytes - 1)) !== 0) return null;
  const pages = new Map();
  for (let at = 0; at + pageBytes <= bytes.length; at += pageBytes) pages.set(at / pageBytes + 1, bytes.subarray(at, at + pageBytes));
  const walMagic = wal.length >= 32 ? wal.readUInt32BE(0) : 0;
  if (walMagic === 0x377f0682 || walMagic === 0x377f0683) {
    for (let at = 32; at + 24 + pageBytes <= wal.length; at += 24 + pageBytes) {
      pages.set(wal.readUInt32BE(at), wal.subarray(at + 24, at + 24 + pageBytes));
    }
  }
  return { pages, usable: pageBytes - bytes[20] };
}

/** Payload of one cell, with its overflow pages. Index cells keep less on the page than table cells. */
function cellPayload(db, page, start, sizeBytes, isTable) {
  const { usable, pages } = db;
  const most = isTable ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  if (sizeBytes <= most) return page.subarray(start, start + sizeBytes);
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const spill = least + ((sizeBytes - least) % (usable - 4));
  const local = spill <= most ? spill : least;
  const parts = [page.subarray(start, start + local)];
  let left = sizeBytes - local;
  let next = start + local + 4 <= page.length ? page.readUInt32BE(start + local) : 0;
  for (let hops = 0; left > 0 && hops <= pages.size && pages.has(next); hops++) {
    const part = pages.get(next);
    parts.push(part.subarray(4, 4 + Math.min(left, usable - 4)));
    left -= usable - 4;
    next = part.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

/** Text and blob columns of one record. */
function recordValues(payload) {
  const header = sqliteVarint(payload, 0);
  if (header === null || header.value > payload.length) return [];
  const fixedBytes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];
  const values = [];
  let at = header.next;
  let body = header.value;
  while (at < header.value) {
    const type = sqliteVarint(payload, at);
    if (type === null) break;
    at = type.next;
    const sizeBytes = type.value < 12 ? (fixedBytes[type.value] ?? 0) : Math.floor((type.value - 12) / 2);
    if (type.value >= 12) values.push(payload.subarray(body, body + sizeBytes));
    body += sizeBytes;
  }
  return values;
}

/** Every text and blob value in the leaf pages of an SQLite database, overflow pages followed; null when it is none. */
export function sqliteValues(bytes, wal = Buffer.alloc(0)) {
  if (bytes.length < 512 || !bytes.subarray(0, 16).equals(SQLITE_MAGIC)) return null;
  const db = sqlitePages(bytes, wal);
  if (db === null) return null;
  const values = [];
  for (const [number, page] of db.pages) {
    const head = number === 1 ? 100 : 0;
    const isTable = page[head] === 0x0d;
    if (!isTable && page[head] !== 0x0a) continue;
    const cells = page.readUInt16BE(head + 3);
    for (let i = 0; i < cells && head + 10 + i * 2 <= page.length; i++) {
      const start = page.readUInt16BE(head + 8 + i * 2);
      const size = sqliteVarint(page, start);
      const rowid = size && isTable ? sqliteVarint(page, size.next) : size;
      if (rowid) values.push(...recordValues(cellPayload(db, page, rowid.next, size.value, isTable)));
    }
  }
  return values;
}

/** Raw deflate; a stream that breaks off gives what came before, bytes behind its end are ignored. Null when it is none. */
export function deflateRaw(bytes) {
  try {
    const out = zlib.inflateRawSync(bytes, { finishFlush: zlib.constants.Z_SYNC_FLUSH, maxOutputLength: MAX_OUTPUT_BYTES });
    return out.length > 0 ? out : null;
  } catch {
    return null;
  }
}

/** Length of a gzip member's header (RFC 1952), or null. */
function gzipHeaderBytes(bytes) {
  const flags = bytes.length > 10 ? bytes[3] : 0xff;
  if ((flags & 0xe0) !== 0) return null;
  let at = 10;
  if (flags & 4) at += 2 + (at + 2 <= bytes.length ? bytes.readUInt16LE(at) : 0);
  for (const bit of [8, 16]) {
    if (flags & bit) at = bytes.indexOf(0, at) + 1;
    if (at === 0) return null;
  }
  return flags & 2 ? at + 2 : at;
}

/** Both headers are read here and not by zlib, which refuses a stream with other bytes behind it, as caches keep them. */
export function gzip(bytes) {
  const header = gzipHeaderBytes(bytes);
  return header === null ? null : deflateRaw(bytes.subarray(header));
}

export const zlibStream = (bytes) => deflateRaw(bytes.subarray(2));

/** Brotli, whole streams only: broken ones give null, for the format has no magic and nearly any byte begins one. */
export function brotli(bytes) {
  try {
    const out = zlib.brotliDecompressSync(bytes, { maxOutputLength: MAX_OUTPUT_BYTES });
    return out.length > 0 ? out : null;
  } catch {
    return null;
  }
}

/** Offsets at which `magic` stands in `bytes`. */
export function* offsetsOf(bytes, magic) {
  for (let at = bytes.indexOf(magic); at !== -1; at = bytes.indexOf(magic, at + 1)) yield at;
}

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b, 0x08]);
const ZLIB_HEADERS = [0x01, 0x5e, 0x9c, 0xda].map((level) => Buffer.from([0x78, level]));

/** Packed streams that announce themselves by a magic, wherever they stand: { via, bytes } each. */
export function* embeddedStreams(bytes) {
  const kinds = [
    ['gzip', [GZIP_MAGIC], gzip],
    ['zlib', ZLIB_HEADERS, zlibStream],
    ['mozLz4', [MOZ_LZ4_MAGIC], mozLz4],
    ['snappy-framed', [SNAPPY_STREAM_MAGIC], snappyFramed],
  ];
  for (const [name, magics, unpack] of kinds) {
    for (const magic of magics) {
      for (const at of offsetsOf(bytes, magic)) {
        const out = unpack(bytes.subarray(at));
        if (out !== null) yield { via: `${name}@${at}`, bytes: out };
      }
    }
  }
}

/** Packed streams without a magic, tried only where a value begins. */
export function* headlessStreams(bytes) {
  const kinds = [
    ['snappy', snappyRaw],
    ['deflate', deflateRaw],
    ['brotli', brotli],
  ];
  for (const [name, unpack] of kinds) {
    const out = unpack(bytes);
    if (out !== null) yield { via: name, bytes: out };
  }
}
