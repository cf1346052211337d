import type { ResourceId } from '@dockhero/domain/resource';

const windowMs = 600_000;

/**
 * Holds mails back when this process sends far more than it should: whatever the cause, a thousand mails help nobody, and cost us the mail
 * provider's trust. One add-on takes half of what may go at most: its flood, as of containers that are killed under ever new names, holds up nobody else.
 */
export class MailBrake {
  #sent: { readonly atMs: number; readonly resourceId: ResourceId }[] = [];

  /** @param mailsMax in ten minutes. */
  constructor(private readonly mailsMax: number) {}

  /** Counts a mail that is about to be sent. @returns until when it has to wait, in milliseconds since 1970; null when it may go. */
  take(resourceId: ResourceId, nowMs: number): number | null {
    this.#sent = this.#sent.filter(({ atMs }) => atMs > nowMs - windowMs);
    const own = this.#sent.filter((one) => one.resourceId === resourceId);
    const [first] = this.#sent.length >= this.mailsMax ? this.#sent : own.length >= Math.ceil(this.mailsMax / 2) ? own : [];
    if (first) return first.atMs + windowMs;
    this.#sent.push({ atMs: nowMs, resourceId });
    return null;
  }
}
