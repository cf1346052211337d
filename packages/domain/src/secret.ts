import { inspect } from 'node:util';

/**
 * A value that must never reach a log line, an error text or a JSON body by accident.
 * Printing it in any of the usual ways gives `[redacted]`; only `reveal()` gives the value.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it at the last moment: where the bytes leave for their one rightful receiver. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspect.custom](): string {
    return '[redacted]';
  }
}
