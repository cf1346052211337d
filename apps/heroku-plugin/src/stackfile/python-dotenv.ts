import type { Lookup } from './interpolate.js';

const whitespace = /\s*/y;
const exportPrefix = /(?:export[^\S\r\n]+)?/y;
const quotedKey = /'[^']+'/y;
const plainKey = /[^=#\s]+/y;
const blanks = /[^\S\r\n]*/y;
const equals = /=[^\S\r\n]*/y;
const singleQuoted = /'(?:\\'|[^'])*'/y;
const doubleQuoted = /"(?:\\"|[^"])*"/y;
const restOfLine = /[^\r\n]*/y;
const comment = /(?:[^\S\r\n]*#[^\r\n]*)?/y;
const endOfLine = /[^\S\r\n]*(?:\r\n|\n|\r|$)/y;
const variable = /\$\{([^}:]*)(?::-([^}]*))?\}/g;

const escapes: Readonly<Record<string, string>> = { a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** The line is not what python-dotenv reads. */
class Unreadable extends Error {}

/**
 * Reads `.env` as docker-compose 1.29 does, which leaves it to python-dotenv (0.21 measured). Lines that it cannot read are skipped.
 * One difference, on purpose: of a name without `=` docker-compose makes the text "None"; here it is not set.
 */
export function parsePythonDotenv(text: string, lookup: Lookup): ReadonlyMap<string, string> {
  const reader = new Reader(text.replaceAll(/\r\n?/g, '\n'));
  const values = new Map<string, string | null>();
  while (!reader.atEnd) {
    const statement = readStatement(reader);
    if (statement) values.set(statement.key, statement.value === null ? null : expand(statement.value, values, lookup));
  }
  return new Map([...values].flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])));
}

interface Statement {
  readonly key: string;
  readonly value: string | null;
}

function readStatement(reader: Reader): Statement | undefined {
  try {
    reader.take(whitespace);
    if (reader.atEnd) return undefined;
    reader.take(exportPrefix);
    const key = readKey(reader);
    reader.take(blanks);
    let value: string | null = null;
    if (reader.next === '=') {
      reader.take(equals);
      value = readValue(reader);
    }
    reader.take(comment);
    reader.take(endOfLine);
    return key === undefined ? undefined : { key, value };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    reader.take(restOfLine);
    reader.take(/\n?/y);
    return undefined;
  }
}

function readKey(reader: Reader): string | undefined {
  if (reader.next === '#') return undefined;
  return reader.next === "'" ? reader.take(quotedKey).slice(1, -1) : reader.take(plainKey);
}

function readValue(reader: Reader): string {
  const decode = (text: string, letters: RegExp): string =>
    text.slice(1, -1).replaceAll(letters, (_, letter: string) => escapes[letter] ?? letter);
  if (reader.next === "'") return decode(reader.take(singleQuoted), /\\([\\'])/g);
  if (reader.next === '"') return decode(reader.take(doubleQuoted), /\\([\\'"abfnrtv])/g);
  return reader
    .take(restOfLine)
    .replace(/\s+#.*/, '')
    .trimEnd();
}

/** `${X:-d}` is the default when X is unset, not when it is empty; other forms stay as they are. */
function expand(value: string, values: ReadonlyMap<string, string | null>, lookup: Lookup): string {
  return value.replaceAll(variable, (_, name: string, fallback: string | undefined) => {
    const known = values.get(name);
    if (known === null) return '';
    return known ?? lookup(name) ?? fallback ?? '';
  });
}

class Reader {
  #at = 0;

  constructor(private readonly text: string) {}

  get atEnd(): boolean {
    return this.#at >= this.text.length;
  }

  get next(): string {
    return this.text[this.#at] ?? '';
  }

  take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.text) ?? [];
    if (found === undefined) throw new Unreadable();
    this.#at += found.length;
    return found;
  }
}
