import type { ResourceId } from '@dockhero/domain/resource';
import { Secret } from '@dockhero/domain/secret';
import type { SecretBox, SealContext } from './secret-box.js';

const context: SealContext = 'unsubscribe:mail';
const uuidLength = 36;

export interface Subscription {
  readonly resourceId: ResourceId;
  readonly email: string;
}

/** What a link in a mail carries: it can be used to opt that address out of that add-on's mails, says neither to others, and cannot be made by them. */
export function makeUnsubscribeToken(box: SecretBox, { resourceId, email }: Subscription): string {
  return box.seal(new Secret(`${resourceId}${email}`), context);
}

/** @returns null for what we did not make, or made with a key that we no longer have. */
export function readUnsubscribeToken(box: SecretBox, token: string): Subscription | null {
  try {
    const text = box.open(token, context).reveal();
    return { resourceId: text.slice(0, uuidLength), email: text.slice(uuidLength) };
  } catch {
    return null;
  }
}
