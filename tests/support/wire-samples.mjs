// One of each structure of core/wire, laid out by hand from the tables of docs/adr/0009: a second implementation, so that
// tests/vectors/wire holds what the document says and not only what the code does. tests/unit/wire_golden_test.c builds the
// same inputs.

export const count = (first, size) => Buffer.from(Array.from({ length: size }, (_, index) => (first + index) & 255));
export const u8 = (value) => Buffer.from([value]);
export const u16 = (value) => { const bytes = Buffer.alloc(2); bytes.writeUInt16LE(value); return bytes; };
export const u32 = (value) => { const bytes = Buffer.alloc(4); bytes.writeUInt32LE(value); return bytes; };
export const u64 = (value) => { const bytes = Buffer.alloc(8); bytes.writeBigUInt64LE(BigInt(value)); return bytes; };
const text = (value) => Buffer.from(value);
const zeros = (size) => Buffer.alloc(size);
const id = (first) => count(first, 16);
const digest = (first) => count(first, 32);
const signature = count(0x80, 64);

const bodySize = 544 + 16;
const segment = Buffer.concat([
  text('FKSEGM01'), u16(1), u16(1), u16(3), u16(0),
  id(0x10), id(0x20), // agency, compartment
  u32(2), u32(77), digest(0x30), // epoch, roster
  id(0x50), u64(0x0102030405), digest(0x60), // device, first sequence, prev
  count(0xc0, 24), u32(bodySize), u32(0),
  count(0, bodySize), signature,
]);

const sealedName = (first) => Buffer.concat([u32(4), zeros(4), count(first, 24), count(first + 1, 96)]);
const payloads = {
  founding: [0, Buffer.concat([digest(1), digest(2), id(3), id(4), u64(1790000000000)])],
  device: [1, Buffer.concat([id(1), id(2), u8(3), zeros(7), digest(5), digest(6), sealedName(7)])],
  person: [2, Buffer.concat([id(1), sealedName(2)])],
  role: [3, Buffer.concat([id(1), u32(3), zeros(4)])],
  compartment: [4, Buffer.concat([id(1), u8(2), zeros(7), sealedName(3)])],
  membership: [5, Buffer.concat([id(1), id(2), u8(1), u8(1), zeros(6)])],
  epoch: [6, Buffer.concat([id(1), u32(2), u8(1), zeros(3), digest(3), count(4, 24), count(5, 48)])],
  'recovery-key': [8, Buffer.concat([id(1), digest(2)])],
};
const rosterEntry = ([kind, payload]) => Buffer.concat([
  text('FKROST01'), u32(kind + 40), u16(kind), u16(payload.length),
  id(0x10), digest(0x20), digest(0x40), u64(1790000000001), zeros(24), payload, signature,
]);

const grant = Buffer.concat([
  text('FKGRNT01'), id(0x10), id(0x20), u32(9), u32(0), digest(0x30), id(0x40), id(0x50), count(0x60, 132), signature,
]);

const entryCount = 2;
const frontier = Buffer.concat([
  text('FKFRON01'), id(0x10), id(0x20), id(0x30), u64(12), u32(9), u32(entryCount), count(0x40, 24),
  count(0x50, entryCount * 32 + 16), signature,
]);

const enrolRequest = Buffer.concat([id(1), id(2), digest(3), digest(4), u8(2), zeros(15), digest(5), signature]);
const frame = Buffer.concat([text('FKHB'), u16(1), u16(12), u32(1), u32(0), u64(5), digest(6), id(7), u64(8)]);

export const samples = {
  segment, grant, frontier, 'enrol-request': enrolRequest, 'frame-pull': frame,
  ...Object.fromEntries(Object.entries(payloads).map(([name, payload]) => [`roster-${name}`, rosterEntry(payload)])),
};

// What is in the body of a segment, before it is deflated.
const sized = (size, value) => Buffer.concat([size(value.length), value]);
const operation = ({ hlc, record, mutation, type, field, value, reason, over = [] }) => Buffer.concat([
  u64(hlc), id(record), id(mutation), sized(u8, text(type)), sized(u8, text(field)),
  u8((value === undefined ? 0 : 1) | (reason === undefined ? 0 : 2)),
  u8(over.length), ...over.map(([device, sequence]) => Buffer.concat([id(device), u64(sequence)])),
  value === undefined ? zeros(0) : sized(u32, text(value)),
  reason === undefined ? zeros(0) : sized(u16, text(reason)),
]);
export const inflated = Buffer.concat([
  u16(2), id(0x11), u64(3), count(0x70, 8), id(0x12), u64(4), count(0x78, 8), // frontier
  id(0xca), // case
  operation({ hlc: 0x0102030405060708n, record: 1, mutation: 2, type: 'incident', field: 'description', value: '"He waited outside the school. Cœur."' }),
  operation({ hlc: 0x0102030405060709n, record: 1, mutation: 3, type: 'safe_contact', field: 'safeToCall', value: '"no"', reason: 'She asked us not to.', over: [[0x11, 3], [0x12, 4]] }),
  operation({ hlc: 0x010203040506070an, record: 4, mutation: 5, type: 'person', field: 'phone' }),
]);

export const hexLines = (bytes) => `${bytes.toString('hex').replace(/.{1,64}/g, '$&\n')}`;
