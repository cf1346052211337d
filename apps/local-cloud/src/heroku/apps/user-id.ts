import { createHash } from 'node:crypto';

/** A user's id: always the same uuid for the same address, so that users need no table. */
export function userIdOf(email: string): string {
  const hex = createHash('sha1').update(`heroku user ${email}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
