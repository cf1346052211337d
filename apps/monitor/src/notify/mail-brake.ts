const windowMs = 600_000;

/**
 * Holds mails back when this process sends far more than it should: whatever the cause, a thousand mails help nobody, and cost us the mail
 * provider's trust.
 */
export class MailBrake {
  #sentAtMs: number[] = [];

  /** @param mailsMax in ten minutes. */
  constructor(private readonly mailsMax: number) {}

  /** Counts a mail that is about to be sent. @returns until when it has to wait, in milliseconds since 1970; null when it may go. */
  take(nowMs: number): number | null {
    this.#sentAtMs = this.#sentAtMs.filter((sentAtMs) => sentAtMs > nowMs - windowMs);
    const [first] = this.#sentAtMs;
    if (first !== undefined && this.#sentAtMs.length >= this.mailsMax) return first + windowMs;
    this.#sentAtMs.push(nowMs);
    return null;
  }
}
