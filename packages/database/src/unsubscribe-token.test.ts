import { Secret } from '@dockhero/domain/secret';
import { expect, it } from 'vitest';
import { SecretBox } from './secret-box.js';
import { newKey } from './testing/open-test-database.js';
import { makeUnsubscribeToken, readUnsubscribeToken } from './unsubscribe-token.js';

const keys = [newKey('old'), newKey('new')] as const;
const box = new SecretBox(new Secret(keys[0]));
const subscription = { resourceId: '01234567-89ab-4def-8123-456789abcdef', email: 'ann+müller@example.com' };
const token = makeUnsubscribeToken(box, subscription);

it('opens to what it was made of, also once another key has come first', () => {
  expect(readUnsubscribeToken(box, token)).toEqual(subscription);
  expect(readUnsubscribeToken(new SecretBox(new Secret(`${keys[1]},${keys[0]}`)), token)).toEqual(subscription);
});

it('can stand in a URL as it is, and says neither whose it is nor of what', () => {
  expect(encodeURIComponent(token)).toBe(token);
  expect(Buffer.from(token.split('.').at(-1) ?? '', 'base64url').toString('latin1')).not.toContain('example');
});

it('opens to nothing when it was changed, made by others or for something else', () => {
  const changed = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
  const elsewhere = box.seal(new Secret(`${subscription.resourceId}x@example.com`), 'alert-slack-url:x');
  const others = makeUnsubscribeToken(new SecretBox(new Secret(newKey('old'))), subscription);
  for (const wrong of ['', 'v1', token.slice(0, -4), changed, elsewhere, others]) expect(readUnsubscribeToken(box, wrong)).toBeNull();
});
