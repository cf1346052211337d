/**
 * A failure that the user can act on: the message says what to do and holds no secret. oclif prints it without a stack and ends with `exitCode`.
 * It carries no `cause`: oclif would print it as well.
 */
export class PluginError extends Error {
  override readonly name = 'Error';
  /** Read by oclif's error handler. */
  readonly oclif: { readonly exit: number };

  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
    this.oclif = { exit: exitCode };
  }
}
