import type { ComposeTool } from './compose-tool.js';
import { interpolate, type Lookup } from './interpolate.js';
import { InvalidInterpolation } from './parse-template.js';
import { parsePythonDotenv } from './python-dotenv.js';
import { StackfileError } from './stackfile-error.js';

/**
 * Reads a `.env` file as compose does.
 *
 * `docker compose`: `export` prefix, `=` or `:`, comments behind a space, single quotes literal, double quotes with escapes, both over several lines;
 * the whole grammar of variables in unquoted and double-quoted values, the process environment winning over earlier lines. A name alone is taken
 * from the environment. A line it cannot read is an error.
 *
 * docker-compose 1.29: see `parsePythonDotenv`. It knows only `${X}` and `${X:-d}`, expands them in single quotes too, lets earlier lines win over
 * the process environment, and skips lines it cannot read.
 *
 * `docker stack deploy` reads no `.env`; the plugin reads it instead, as `docker compose` would.
 * @param lookup the process environment
 * @throws StackfileError with the line; it quotes no value
 * @see https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
 */
export function parseDotenv(text: string, lookup: Lookup, file = '.env', tool: ComposeTool = 'compose'): ReadonlyMap<string, string> {
  const clean = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  return tool === 'compose-1' ? parsePythonDotenv(clean, lookup) : new ComposeDotenv(clean, lookup, file).read();
}

const space = /[^\S\n]*/y;
const key = /[\p{L}\p{N}_.\-[\]]+/uy;
const separator = /[^\S\n]*[=:][^\S\n]*/y;
const singleQuoted = /'((?:\\'|[^'])*)'/y;
const doubleQuoted = /"((?:\\[\s\S]|[^"\\])*)"/y;
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', b: '\b', v: '\v', a: '\u0007' };

class ComposeDotenv {
  readonly #values = new Map<string, string>();
  #at = 0;

  constructor(
    private readonly text: string,
    private readonly lookup: Lookup,
    private readonly file: string,
  ) {}

  read(): ReadonlyMap<string, string> {
    for (;;) {
      this.take(/\s*/y);
      if (this.#at >= this.text.length) return this.#values;
      if (this.text[this.#at] === '#') this.take(/[^\n]*/y);
      else this.readStatement();
    }
  }

  private readStatement(): void {
    this.take(/export[^\S\n]+/y);
    const name = this.take(key);
    if (!name) throw this.error('a name is expected here');
    if (this.take(separator) === undefined) {
      this.take(space);
      if (this.#at < this.text.length && this.text[this.#at] !== '\n') throw this.error(`${name} has no = behind it`);
      const inherited = this.lookup(name);
      if (inherited !== undefined) this.#values.set(name, inherited);
      return;
    }
    this.#values.set(name, this.readValue(name));
  }

  private readValue(name: string): string {
    const quote = this.text[this.#at];
    if (quote !== "'" && quote !== '"') {
      const line = this.take(/[^\n]*/y) ?? '';
      return this.expand((line.split(' #', 1)[0] ?? '').trimEnd(), name);
    }
    const start = this.#at;
    const value = this.take(quote === "'" ? singleQuoted : doubleQuoted);
    if (value === undefined) {
      this.#at = start;
      throw this.error(`the ${quote} of ${name} is not closed`);
    }
    this.take(/[^\S\n]*(?:#[^\n]*)?/y);
    const inner = value.slice(1, -1);
    return quote === "'" ? inner.replaceAll("\\'", "'") : this.expand(unescape(inner), name);
  }

  private expand(value: string, name: string): string {
    try {
      return interpolate(value, (other) => this.lookup(other) ?? this.#values.get(other), 'compose').text;
    } catch (error) {
      if (error instanceof InvalidInterpolation) throw this.error(`${name}: ${error.message}`);
      throw error;
    }
  }

  /** Takes what stands here; undefined when something else does. */
  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.text) ?? [];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  private error(problem: string): StackfileError {
    const before = this.text.slice(0, this.#at).split('\n');
    return new StackfileError(this.file, { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }, problem);
  }
}

/** An escaped dollar sign stays one: it becomes the `$$` of the grammar. */
function unescape(text: string): string {
  return text.replaceAll(/\\([\s\S])/g, (whole, letter: string) => {
    if (letter === '$') return '$$';
    return escapes[letter] ?? (letter === '\\' || letter === '"' || letter === "'" ? letter : whole);
  });
}
