import type { Secret } from '@dockhero/domain/secret';
import type { CustomerPost } from '../post/post-to-customer.js';
import type { Outcome } from './sent-or-not.js';
import { outcomeOf } from './send-webhook.js';

/** Statuses by which Slack says that this URL takes nothing any more: the app, channel or hook is gone or forbids it. */
const endings = new Set([403, 404, 410]);

/** Posts to an incoming webhook of Slack or of what speaks like it (Mattermost, Discord's `/slack`). */
export async function sendSlack(post: CustomerPost, url: Secret, message: { readonly text: string }): Promise<Outcome> {
  try {
    const { status, retryAfterMs, text } = await post.post(url, JSON.stringify({ text: message.text }), {});
    if (status >= 200 && status < 300) return { kind: 'sent' };
    const error = `Slack answers ${String(status)} ${text.slice(0, 100)}`.trim();
    return endings.has(status) ? { kind: 'refused', error } : { kind: 'later', error, afterMs: retryAfterMs ?? 0 };
  } catch (error) {
    return outcomeOf(error);
  }
}
