// What the hub's program is made of: nothing in it opens what is sealed, derives a key of a vault or knows a cipher.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';

import { ROOT } from './support/server.mjs';

// Of libsodium: hashing, the hub's own signature, verifying, random bytes. Nothing else, by name.
const SODIUM = ['crypto_generichash_blake2b_final', 'crypto_generichash_blake2b_init', 'crypto_generichash_blake2b_update', 'crypto_scalarmult_base',
  'crypto_sign_ed25519_detached', 'crypto_sign_ed25519_seed_keypair', 'crypto_sign_ed25519_verify_detached', 'randombytes_buf',
  'randombytes_set_implementation', 'sodium_init'];
// Of our own and of SQLite.
const OPENING = [/^fk_aead/, /^fk_box/, /_unseal/, /^fk_seal/, /_unwrap/, /^fk_identity_wrap/, /^fk_kdf/, /^fk_keyfile/, /^fk_vault/, /^fk_store/, /^fk_segment_content/,
  /^fk_segment_body/, /^fk_json/, /^fk_domain/, /inflate/i, /uncompress/, /decrypt/i, /cipher/i, /^sqlite3mc/, /^sqlite3_(re)?key/, /codec/i, /secretbox|secretstream/];
const LIBRARIES = ['libsodium', 'libsqlite3', 'libmicrohttpd'];
const OURS = ['dev', 'release'].map((preset) => `${ROOT}build/${preset}/bin/fieldkit-hub`).filter((file) => existsSync(file));

const nm = (...args) => execFileSync('nm', args, { encoding: 'utf8', maxBuffer: 1 << 26 }).split('\n').map((line) => line.trim().split(/\s+/).at(-1).replace(/@.*/, ''));
const ofSodium = (names) => names.filter((name) => /^(crypto|sodium|randombytes)_/.test(name));
const opening = (names) => names.filter((name) => OPENING.some((pattern) => pattern.test(name)));

describe('the program', () => {
  test('symbols__are_looked_at', () => {
    assert.ok(OURS.length > 0, 'build/dev or build/release is needed');
  });

  for (const program of OURS) {
    const name = program.slice(ROOT.length);
    test(`symbols__of_${name}_open_nothing`, () => {
      const names = [...nm(program), ...nm('-D', program)];
      assert.ok(names.includes('fk_hub_push'));
      assert.deepEqual(opening(names), []);
      assert.deepEqual(ofSodium(names).filter((symbol) => !SODIUM.includes(symbol)), []);
    });

    test(`libraries__of_${name}_are_the_named_ones`, () => {
      const needed = execFileSync('readelf', ['-d', program], { encoding: 'utf8' }).matchAll(/NEEDED.*\[(lib[^.]+)/g);
      const foreign = [...needed].map((match) => match[1]).filter((library) => !['libc', 'libm', 'libgcc_s'].includes(library));
      assert.deepEqual(foreign.sort(), [...LIBRARIES].sort());
    });
  }
});

test('symbols__of_a_program_that_opens_are_found', (context) => {
  const opener = ['dev', 'release'].map((preset) => `${ROOT}build/${preset}/core/host/posix/fieldkit`).find((file) => existsSync(file));
  if (opener === undefined) {
    context.skip('the client is not built');
    return;
  }
  const names = nm(opener);
  for (const symbol of ['fk_aead_open', 'fk_identity_unwrap', 'fk_vault_keys_derive', 'sqlite3_key_v2']) assert.ok(opening(names).includes(symbol), symbol);
  assert.ok(ofSodium(names).some((symbol) => !SODIUM.includes(symbol)));
});
