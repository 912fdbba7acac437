// What browsers keep of open pages by themselves, decoded: Firefox's session store (LZ4 around JSON) and Chromium's session
// files (a list of commands). Both hold what a person typed unless every control of the page forbids it.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CHROMIUM } from './browser.mjs';
import { mozLz4 } from './unpack.mjs';

const FORM_STATE = Buffer.from('Blink serialized form state', 'utf16le');

function filesIn(folder, pattern) {
  return existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)).map((name) => path.join(folder, name)) : [];
}

/** Session files of a profile: [path, ...]. Firefox rewrites the first one while it runs. */
export function sessionFiles(kind, home) {
  const profile = path.join(home, 'profile');
  if (kind === CHROMIUM) return filesIn(path.join(profile, 'Default/Sessions'), /^(Session|Tabs)_/);
  return [...filesIn(path.join(profile, 'sessionstore-backups'), /lz4/), ...filesIn(profile, /^sessionstore\.jsonlz4$/)];
}

/** Every object below `value` that has the key. */
function* holders(value, key) {
  if (value === null || typeof value !== 'object') return;
  if (!Array.isArray(value) && key in value) yield value;
  for (const inner of Object.values(value)) yield* holders(inner, key);
}

const isEmpty = (value) => value === undefined || value === null || (typeof value === 'object' && Object.values(value).every(isEmpty));

function firefoxFile(file, origin) {
  const json = mozLz4(readFileSync(file));
  if (json === null) throw new Error(`${file} cannot be unpacked`);
  const session = JSON.parse(json.toString('utf8'));
  const text = json.toString('utf8');
  const forms = [...holders(session, 'formdata')].map((holder) => holder.formdata)
    .filter((form) => form.url === undefined || form.url.startsWith(origin))
    .map(({ url, ...controls }) => controls)
    .filter((controls) => !isEmpty(controls));
  const storage = [...holders(session, 'storage')].map((holder) => holder.storage).filter((store) => !isEmpty(store[origin]));
  return { file, knowsOrigin: text.includes(origin), formData: forms.map((form) => JSON.stringify(form)), storage: storage.map((store) => JSON.stringify(store[origin])) };
}

/** Commands of a Chromium session file: u16 size, then that many bytes. */
function* commands(bytes) {
  if (bytes.subarray(0, 4).toString('latin1') !== 'SNSS') throw new Error('no session file');
  for (let at = 8; at + 2 <= bytes.length; ) {
    const size = bytes.readUInt16LE(at);
    yield bytes.subarray(at + 2, at + 2 + size);
    at += 2 + size;
  }
}

function chromiumFile(file, origin) {
  const own = [...commands(readFileSync(file))].filter((command) => command.includes(origin) || command.includes(Buffer.from(origin, 'utf16le')));
  const formData = own.filter((command) => command.includes(FORM_STATE)).map((command) => {
    const at = command.indexOf(FORM_STATE);
    return command.subarray(at).toString('utf16le').replace(/[^\x20-\x7e]+/g, ' ').slice(0, 300);
  });
  return { file, knowsOrigin: own.length > 0, formData, storage: [] };
}

/**
 * Decoded session files of a profile: { file, knowsOrigin, formData, storage } each, where formData and storage list what the
 * browser kept of controls and session storage of pages of `origin`.
 */
export function readSessions(kind, home, origin) {
  return sessionFiles(kind, home).map((file) => (kind === CHROMIUM ? chromiumFile(file, origin) : firefoxFile(file, origin)));
}
