import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const hourMs = 3_600_000;

/** A real certificate authority of one test: signs requests of clients, and has a certificate for a host on 127.0.0.1. */
export class StandInAuthority {
  private constructor(
    private readonly keys: webcrypto.CryptoKeyPair,
    private readonly root: x509.X509Certificate,
  ) {}

  static async create(): Promise<StandInAuthority> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const root = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: 'CN=stand-in authority',
      notBefore: new Date(Date.now() - hourMs),
      notAfter: new Date(Date.now() + 24 * hourMs),
      signingAlgorithm: algorithm,
      keys,
      extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
    });
    return new StandInAuthority(keys, root);
  }

  get pem(): string {
    return this.root.toString('pem');
  }

  /** @throws when the request is not signed with its own key. */
  async signClient(csrPem: string, expiresAt: Date): Promise<{ serial: string; pem: string }> {
    const request = new x509.Pkcs10CertificateRequest(csrPem);
    if (!(await request.verify())) throw new Error('the request is not signed with its own key');
    const certificate = await this.#issue('CN=client', request.publicKey, expiresAt, [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
    ]);
    return { serial: certificate.serialNumber, pem: certificate.toString('pem') };
  }

  async hostFiles(): Promise<{ ca: string; cert: string; key: string }> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await this.#issue('CN=host', keys.publicKey, new Date(Date.now() + hourMs), [
      new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]),
    ]);
    const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return { ca: this.pem, cert: certificate.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') };
  }

  #issue(
    subject: string,
    publicKey: webcrypto.CryptoKey | x509.PublicKey,
    notAfter: Date,
    extensions: x509.Extension[],
  ): Promise<x509.X509Certificate> {
    return x509.X509CertificateGenerator.create({
      serialNumber: `7${randomBytes(15).toString('hex')}0`.slice(0, 32),
      issuer: this.root.subject,
      subject,
      notBefore: new Date(Math.min(Date.now(), notAfter.getTime()) - hourMs),
      notAfter,
      signingAlgorithm: algorithm,
      publicKey,
      signingKey: this.keys.privateKey,
      extensions,
    });
  }
}
