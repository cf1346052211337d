import { createPrivateKey, sign } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { skewMs, type Authority } from './cluster-authority.js';
import { derBitString, derContext, derInteger, derSequence, derTime } from './der.js';

export interface RevokedCertificate {
  /** Hex. */
  readonly serial: string;
  readonly revokedAt: Date;
}

/** RFC 5280, 5.2.3. */
const crlNumberOid = '2.5.29.20';
/** ecdsa-with-SHA256 (RFC 5758, 3.2), the object identifier in DER. */
const ecdsaWithSha256 = derSequence(Buffer.from('06082a8648ce3d040302', 'hex'));
const version2 = derInteger(1n);

/**
 * The authority's list of revoked certificates (RFC 5280, 5), in PEM. It is good for as long as the authority itself: were it not, an outage
 * of ours would lock every customer out. Who checks it must ask for a newer one by itself.
 *
 * Put together here, because the generator of `@peculiar/x509` compares each entry with each (3 s for 4,000 of them), writes an empty list of
 * extensions into entries, and names the PEM block in a way that OpenSSL does not read.
 * @param number greater than that of any list before with other entries.
 */
export async function signRevocationList(authority: Authority, number: number, revoked: readonly RevokedCertificate[]): Promise<string> {
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const entries = revoked.map(({ serial, revokedAt }) => derSequence(derInteger(BigInt(`0x${serial}`)), derTime(revokedAt)));
  const extensions = [
    await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    new x509.Extension(crlNumberOid, false, derInteger(BigInt(number))),
  ];
  const list = derSequence(
    version2,
    ecdsaWithSha256,
    Buffer.from(issuer.subjectName.toArrayBuffer()),
    // As with certificates: a host whose clock is slow must not find the list to be of the future.
    derTime(new Date(Date.now() - skewMs)),
    derTime(issuer.notAfter),
    ...(entries.length > 0 ? [derSequence(...entries)] : []), // RFC 5280, 5.1.2.6: absent when there are none
    derContext(0, derSequence(...extensions.map(({ rawData }) => Buffer.from(rawData)))),
  );
  const signature = sign('sha256', list, createPrivateKey(authority.keyPem.reveal()));
  return `${x509.PemConverter.encode(derSequence(list, ecdsaWithSha256, derBitString(signature)), 'X509 CRL')}\n`;
}
