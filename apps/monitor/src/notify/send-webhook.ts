import { createHmac } from 'node:crypto';
import type { Secret } from '@dockhero/domain/secret';
import { AddressRefused, type CustomerPost } from '../post/post-to-customer.js';
import type { Outcome } from './sent-or-not.js';

/** What the receiver of a webhook has said, as far as it is more than an outcome. */
export type WebhookOutcome = Outcome & { readonly isGone?: boolean };

/**
 * Posts one event to a customer's webhook. With a secret it is signed: `X-Signature: t=UNIX,v1=HEX`, the HMAC-SHA256 of `t.body`, so that a
 * receiver can tell that it is ours, and of now. A repetition has the same `X-Event-Id`. 410 means that it is to end.
 */
export async function sendWebhook(
  post: CustomerPost,
  { url, secret }: { readonly url: Secret; readonly secret: Secret | null },
  event: { readonly id: string },
  now: Date,
): Promise<WebhookOutcome> {
  const body = JSON.stringify(event);
  const seconds = String(Math.floor(now.getTime() / 1_000));
  const signature = secret && createHmac('sha256', secret.reveal()).update(`${seconds}.${body}`).digest('hex');
  try {
    const { status, retryAfterMs } = await post.post(url, body, {
      'x-event-id': event.id,
      ...(signature ? { 'x-signature': `t=${seconds},v1=${signature}` } : {}),
    });
    if (status >= 200 && status < 300) return { kind: 'sent' };
    const error = `the webhook answers ${String(status)}`;
    if (status === 410) return { kind: 'refused', error, isGone: true };
    return { kind: 'later', error, afterMs: retryAfterMs ?? 0 };
  } catch (error) {
    return outcomeOf(error);
  }
}

/** A URL that we do not call is refused at once; what the network says may change. */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof AddressRefused) return { kind: 'refused', error: error.message };
  const { code, message } = error as NodeJS.ErrnoException;
  return { kind: 'later', error: (code ?? message).slice(0, 300) };
}
