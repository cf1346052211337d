import { createPrivateKey, sign } from 'node:crypto';
import type { Authority } from './cluster-authority.js';

/**
 * The authority's signature over a text: ECDSA with SHA-256, in DER, in base64. A host checks it with nothing but its authority's
 * certificate: `openssl dgst -sha256 -verify`. What is signed must not be readable as a certificate or a revocation list.
 */
export function signText(authority: Authority, text: string): string {
  return sign('sha256', Buffer.from(text, 'utf8'), createPrivateKey(authority.keyPem.reveal())).toString('base64');
}
