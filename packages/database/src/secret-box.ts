import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { Secret } from '@dockhero/domain/secret';

/** Which column of which row a sealed value belongs to: authenticated with it, so that a value copied to another row does not open. */
export type SealContext = `${string}:${string}`;

/** What AES-GCM takes. */
const nonceBytes = 12;

/**
 * Seals secrets for storage with AES-256-GCM. The record names its key, so that keys can change:
 * put a new key first, restart, run `reseal`, drop the old key.
 */
export class SecretBox {
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #current: string;
  #nonces = Buffer.alloc(0);

  /** @param keys `id:base64(32 bytes)`, comma-separated; the first seals, all open. */
  constructor(keys: Secret) {
    const entries = keys
      .reveal()
      .split(',')
      .map((entry): [string, KeyObject] => {
        const [id = '', encoded = ''] = entry.trim().split(':');
        const key = Buffer.from(encoded, 'base64');
        if (!/^[a-z0-9-]{1,16}$/.test(id) || key.length !== 32)
          throw new Error('ENCRYPTION_KEYS must be id:base64 of 32 bytes, comma-separated');
        return [id, createSecretKey(key)]; // once: node makes a key object of raw bytes at each use, which costs more than the sealing
      });
    this.#keys = new Map(entries);
    this.#current = entries[0]?.[0] ?? '';
  }

  seal(secret: Secret, context: SealContext): string {
    const nonce = this.#nonce();
    const cipher = createCipheriv('aes-256-gcm', this.#key(this.#current), nonce);
    cipher.setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final()]);
    return ['v1', this.#current, nonce.toString('base64url'), cipher.getAuthTag().toString('base64url'), sealed.toString('base64url')].join(
      '.',
    );
  }

  /** @throws Error when the record was made with a key we no longer have, for another row, or was changed. */
  open(record: string, context: SealContext): Secret {
    const [version, keyId = '', nonce = '', tag = '', sealed = ''] = record.split('.');
    if (version !== 'v1') throw new Error('sealed record of an unknown version');
    // The length is given because Node takes shorter tags too, down to four bytes: those can be guessed.
    const decipher = createDecipheriv('aes-256-gcm', this.#key(keyId), Buffer.from(nonce, 'base64url'), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(Buffer.from(tag, 'base64url'));
    return new Secret(Buffer.concat([decipher.update(Buffer.from(sealed, 'base64url')), decipher.final()]).toString('utf8'));
  }

  /** True when the record was sealed with a key that is no longer the current one. */
  isStale(record: string): boolean {
    return record.split('.')[1] !== this.#current;
  }

  /** Random bytes are taken for many seals at once: each call into the kernel costs as much as a seal. None is used twice. */
  #nonce(): Buffer {
    if (this.#nonces.length < nonceBytes) this.#nonces = randomBytes(nonceBytes * 256);
    const nonce = this.#nonces.subarray(0, nonceBytes);
    this.#nonces = this.#nonces.subarray(nonceBytes);
    return nonce;
  }

  #key(id: string): KeyObject {
    const key = this.#keys.get(id);
    if (!key) throw new Error(`no encryption key ${id}`);
    return key;
  }
}
