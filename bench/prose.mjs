// Notes as people write them: sentences of this project's own documents, plain English of varied words, in an order drawn from a seed.
// No sentence comes a second time before all were used.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { numbersOf } from './records.mjs';

const DOCS = fileURLToPath(new URL('../docs/', import.meta.url));
/** Tables of names, made by generators. */
const GENERATED = ['PROTOCOL.md', 'RECORDS.md'];
const SENTENCE_MIN = 25;
const SENTENCE_MAX = 400;

/** Without code, tables, headings and the marks of a document. */
function sentencesOf(markdown) {
  const text = markdown.replace(/```[^]*?```|<!--[^]*?-->/g, '').split('\n').filter((line) => !/^\s*(\||#|\d+ |`)/.test(line)).join(' ');
  const plain = text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[^A-Za-z0-9.,:;'()? -]/g, ' ').replace(/\s+/g, ' ');
  return plain.split(/(?<=[.?]) (?=[A-Z])/).filter(({ length }) => length >= SENTENCE_MIN && length <= SENTENCE_MAX);
}

function shuffled(items, number) {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = number() % (last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

/** Out: a function that gives the next note, of sizeBytes exactly (ASCII). */
export function notesOf({ seed, sizeBytes }) {
  const number = numbersOf(seed);
  const names = readdirSync(DOCS, { recursive: true }).map(String).filter((name) => name.endsWith('.md') && !GENERATED.includes(name)).sort();
  const sentences = [...new Set(names.flatMap((name) => sentencesOf(readFileSync(path.join(DOCS, name), 'utf8'))))];
  let deck = [];
  let text = '';
  return () => {
    while (text.length < sizeBytes) {
      if (deck.length === 0) deck = shuffled(sentences, number);
      text += `${deck.pop()} `;
    }
    const note = text.slice(0, sizeBytes);
    text = text.slice(sizeBytes);
    return note;
  };
}
