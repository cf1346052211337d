import { randomBytes } from 'node:crypto';
import { Secret } from '@dockhero/domain/secret';
import { describe, expect, it } from 'vitest';
import { SecretBox } from './secret-box.js';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [first, second] = [key('k1'), key('k2')];
const box = new SecretBox(new Secret(first));

describe('SecretBox', () => {
  it('opens what it sealed, whatever the text', () => {
    for (const text of ['', 'token', 'ключ 🔑', 'x'.repeat(10_000)])
      expect(box.open(box.seal(new Secret(text), 'grant:1'), 'grant:1').reveal()).toBe(text);
  });

  it('seals the same text differently each time, and shows nothing of it', () => {
    const [a, b] = [box.seal(new Secret('token'), 'grant:1'), box.seal(new Secret('token'), 'grant:1')];
    expect(a).not.toBe(b);
    expect(a).not.toContain(Buffer.from('token').toString('base64url'));
  });

  it('does not open for another row or another column', () => {
    const record = box.seal(new Secret('token'), 'grant:1');
    expect(() => box.open(record, 'grant:2')).toThrow();
    expect(() => box.open(record, 'access-token:1')).toThrow();
  });

  it('does not open when any part was changed, cut short, or is of another version', () => {
    const record = box.seal(new Secret('token'), 'grant:1');
    const parts = record.split('.');
    for (const index of parts.keys()) {
      const part = parts[index] ?? '';
      const changed = parts.with(index, (part.startsWith('A') ? 'B' : 'A') + part.slice(1)).join('.');
      expect(() => box.open(changed, 'grant:1')).toThrow();
      expect(() => box.open(parts.with(index, '').join('.'), 'grant:1')).toThrow();
    }
    // A shortened tag would be easier to guess.
    expect(() => box.open(parts.with(3, (parts[3] ?? '').slice(0, 6)).join('.'), 'grant:1')).toThrow();
    for (const garbage of ['', 'v1', 'v2.k1.a.b.c', 'x'.repeat(100)]) expect(() => box.open(garbage, 'grant:1')).toThrow();
  });

  it('opens with every key it has, seals with the first, and knows what is stale', () => {
    const rotated = new SecretBox(new Secret(`${second}, ${first}`));
    const old = box.seal(new Secret('token'), 'grant:1');
    expect(rotated.open(old, 'grant:1').reveal()).toBe('token');
    expect(rotated.isStale(old)).toBe(true);
    expect(rotated.isStale(rotated.seal(new Secret('token'), 'grant:1'))).toBe(false);
  });

  it('says which key is missing, never what a key is', () => {
    const old = box.seal(new Secret('token'), 'grant:1');
    expect(() => new SecretBox(new Secret(second)).open(old, 'grant:1')).toThrow('no encryption key k1');
    for (const bad of ['', 'k1', 'k1:short', `K1:${first.slice(3)}`, `${first},`]) {
      expect(() => new SecretBox(new Secret(bad))).toThrow('ENCRYPTION_KEYS must be id:base64 of 32 bytes, comma-separated');
    }
  });
});
