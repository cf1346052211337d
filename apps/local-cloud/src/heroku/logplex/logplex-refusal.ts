/** A refusal in Logplex's words, as plain text. */
export class LogplexRefusal extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
  }
}
