import { PluginError } from '../plugin-error.js';

/** Where something stands: lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A stackfile that cannot be read, with the place. The message quotes no value of a variable. */
export class StackfileError extends PluginError {
  constructor(
    readonly file: string,
    readonly position: Position | undefined,
    readonly problem: string,
  ) {
    super(`${file}${position ? `:${position.line}:${position.column}` : ''}: ${problem}`);
  }
}
