// BLAKE2b (RFC 7693) with a digest of any length; Node has the 64-byte one only. A second implementation on purpose:
// what it makes, the hub's own has to agree with.
const IV = [0x6a09e667, 0xf3bcc908, 0xbb67ae85, 0x84caa73b, 0x3c6ef372, 0xfe94f82b, 0xa54ff53a, 0x5f1d36f1,
  0x510e527f, 0xade682d1, 0x9b05688c, 0x2b3e6c1f, 0x1f83d9ab, 0xfb41bd6b, 0x5be0cd19, 0x137e2179];
const SIGMA = [
  '0123456789abcdef', 'ea489fd61c02b753', 'b8c052fdae367194', '7931dcbe265a40f8', '905724afe1bc683d',
  '2c6a0b834d75fe19', 'c51fed4a0763928b', 'db7ec13950f4862a', '6fe9b308c2d714a5', 'a2847615fb9e3cd0',
  '0123456789abcdef', 'ea489fd61c02b753',
].map((row) => [...row].map((digit) => parseInt(digit, 16)));
const MIX = [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15], [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]];

// 64-bit words are pairs: high at 2i, low at 2i + 1.
function add(v, a, high, low) {
  const sum = v[2 * a + 1] + low;
  v[2 * a] += high + (sum > 0xffffffff ? 1 : 0);
  v[2 * a + 1] = sum;
}

function xorRotate(v, a, b, count) {
  let high = v[2 * a] ^ v[2 * b];
  let low = v[2 * a + 1] ^ v[2 * b + 1];
  if (count >= 32) {
    [high, low] = [low, high];
    count -= 32;
  }
  if (count === 63 - 32) { // right by 63 is left by 1
    v[2 * a] = (low << 1) | (high >>> 31);
    v[2 * a + 1] = (high << 1) | (low >>> 31);
    return;
  }
  v[2 * a] = count === 0 ? high : (high >>> count) | (low << (32 - count));
  v[2 * a + 1] = count === 0 ? low : (low >>> count) | (high << (32 - count));
}

function compress(h, block, total, isLast) {
  const m = new Uint32Array(32);
  for (let i = 0; i < 16; i++) {
    m[2 * i + 1] = block.readUInt32LE(8 * i);
    m[2 * i] = block.readUInt32LE(8 * i + 4);
  }
  const v = new Uint32Array(32);
  v.set(h);
  v.set(IV, 16);
  v[2 * 12 + 1] ^= total;
  if (isLast) {
    v[2 * 14] ^= 0xffffffff;
    v[2 * 14 + 1] ^= 0xffffffff;
  }
  for (const row of SIGMA) {
    MIX.forEach(([a, b, c, d], i) => {
      const [x, y] = [row[2 * i], row[2 * i + 1]];
      add(v, a, v[2 * b], v[2 * b + 1]);
      add(v, a, m[2 * x], m[2 * x + 1]);
      xorRotate(v, d, a, 32);
      add(v, c, v[2 * d], v[2 * d + 1]);
      xorRotate(v, b, c, 24);
      add(v, a, v[2 * b], v[2 * b + 1]);
      add(v, a, m[2 * y], m[2 * y + 1]);
      xorRotate(v, d, a, 16);
      add(v, c, v[2 * d], v[2 * d + 1]);
      xorRotate(v, b, c, 63);
    });
  }
  for (let i = 0; i < 16; i++) h[i] ^= v[i] ^ v[i + 16];
}

/** Digest of bytes; without a key. */
export function blake2b(bytes, size = 32) {
  const h = Uint32Array.from(IV);
  h[1] ^= 0x01010000 ^ size;
  const blocks = Math.max(1, Math.ceil(bytes.length / 128));
  const padded = Buffer.alloc(blocks * 128);
  padded.set(bytes);
  for (let i = 0; i < blocks; i++) {
    compress(h, padded.subarray(i * 128, i * 128 + 128), Math.min(bytes.length, (i + 1) * 128), i === blocks - 1);
  }
  const digest = Buffer.alloc(64);
  for (let i = 0; i < 8; i++) {
    digest.writeUInt32LE(h[2 * i + 1], 8 * i);
    digest.writeUInt32LE(h[2 * i], 8 * i + 4);
  }
  return digest.subarray(0, size);
}
