import { webcrypto } from 'node:crypto';

export interface KeyRequest {
  /** PKCS#8 PEM; never leaves this machine. */
  readonly keyPem: string;
  /** PKCS#10 PEM, signed with the key. */
  readonly csrPem: string;
}

/** Makes a key (EC P-256) and a signing request for it. Loads its library only here: most commands need no new certificate. */
export async function makeKeyRequest(): Promise<KeyRequest> {
  await import('reflect-metadata');
  const { cryptoProvider, Pkcs10CertificateRequestGenerator, PemConverter } = await import('@peculiar/x509');
  cryptoProvider.set(webcrypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: ['dockhero client'] }],
    keys,
    signingAlgorithm: algorithm,
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { keyPem: `${PemConverter.encode(key, 'PRIVATE KEY')}\n`, csrPem: request.toString('pem') };
}
