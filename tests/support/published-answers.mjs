// What is published about the algorithms we stand on, held against known-answers.wasm: the same in Node and in a page, so
// nothing here is Node's. published-answers.test.mjs and the page give it the module and its ports.

/** libsodium's own tests (test/default of its source); what each prints is in its .exp file. */
export const SODIUM_TESTS = ['pwhash_argon2id', 'generichash', 'generichash2', 'generichash3', 'box_seal', 'secretstream', 'aead_xchacha20poly1305'];

/** Files of C2SP/wycheproof, and how many tests each holds at least, so that an empty one fails. */
export const WYCHEPROOF_FILES = { 'xchacha20_poly1305_test.json': 300, 'ed25519_test.json': 140, 'x25519_test.json': 500 };

/** The file with one vector that says something else than it did: it must be the one that is found wrong. */
export function withOneChanged(text) {
  const changed = text.replace('"result": "valid"', '"result": "wrong"');
  if (changed === text) throw new Error('no vector of this file is valid');
  return changed;
}

/** exports, memory: of one instance of known-answers.wasm. */
export function publishedAnswers({ exports, memory }) {
  const started = exports.fk_known_answers_start();
  if (started !== 0) throw new Error(`known-answers.wasm does not start: ${started}`);
  return {
    /** What one of libsodium's tests prints. */
    sodium: (name) => {
      memory.write(exports.fk_known_answers_name(), new TextEncoder().encode(`${name}\0`));
      const code = exports.fk_known_answers_run();
      return { code, printed: memory.text(exports.fk_known_answers_output(), exports.fk_known_answers_output_size()) };
    },
    /** What a file of Wycheproof finds; text: the whole file. firstWrongId is 0 when none is wrong. */
    wycheproof: (text) => {
      const bytes = new TextEncoder().encode(text);
      const address = exports.fk_wycheproof_alloc(bytes.length);
      memory.write(address, bytes);
      const code = exports.fk_wycheproof_run(address, bytes.length);
      return {
        code,
        testCount: exports.fk_wycheproof_test_count(),
        wrongCount: exports.fk_wycheproof_wrong_count(),
        firstWrongId: exports.fk_wycheproof_first_wrong_id(),
      };
    },
  };
}
