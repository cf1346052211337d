import { createPublicKey, type KeyObject } from 'node:crypto';
import { AppError } from '@dockhero/domain/errors';

const curves = ['prime256v1', 'secp384r1'];
/** Bits. Go's TLS, which dockerd and the Docker CLI are made of, reads no longer ones. */
const rsaBits = { min: 2_048, max: 8_192 };
/** Smaller ones have made forgeries possible where padding was checked carelessly. */
const minRsaExponent = 65_537n;

/** @param spki a public key in DER. @throws AppError `invalid_request` unless it is EC P-256 or P-384, or RSA of 2048 to 8192 bits. */
export function assertStrongKey(spki: Buffer): void {
  if (isStrong(readKey(spki))) return;
  throw new AppError(
    'invalid_request',
    {},
    {
      message:
        'The key of this signing request is too weak or of a kind we do not sign. Make an EC key on P-256, or an RSA key of 2048 bits or more.',
    },
  );
}

function readKey(spki: Buffer): KeyObject | null {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

function isStrong(key: KeyObject | null): boolean {
  const { namedCurve = '', modulusLength = 0, publicExponent = 0n } = key?.asymmetricKeyDetails ?? {};
  switch (key?.asymmetricKeyType) {
    case 'ec':
      return curves.includes(namedCurve);
    case 'rsa':
      return modulusLength >= rsaBits.min && modulusLength <= rsaBits.max && publicExponent >= minRsaExponent;
    default:
      return false;
  }
}
