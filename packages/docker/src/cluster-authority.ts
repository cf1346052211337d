import 'reflect-metadata';
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import { AppError } from '@dockhero/domain/errors';
import { Secret } from '@dockhero/domain/secret';
import * as x509 from '@peculiar/x509';
import { assertStrongKey } from './key-strength.js';

x509.cryptoProvider.set(webcrypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** Hosts may boot with a wrong clock: everything is valid from an hour ago. */
export const skewMs = 3_600_000;
const dayMs = 86_400_000;

export interface Authority {
  readonly certificatePem: string;
  readonly keyPem: Secret;
}

export interface SigningRequest {
  readonly pem: string;
  /** SHA-256 of the public key: which key a bootstrap token was spent on. */
  readonly publicKeyHash: string;
}

/** A new certificate authority: one per cluster, so that no certificate opens another customer's host. */
export async function createAuthority(clusterName: string): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [`Dockhero cluster ${clusterName}`] }],
    notBefore: new Date(Date.now() - skewMs),
    notAfter: new Date(Date.now() + 10 * 365 * dayMs),
    signingAlgorithm: algorithm,
    keys: keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificatePem: certificate.toString('pem'), keyPem: await exportKey(keys.privateKey) };
}

/** A client's certificate as it is recorded and handed out. */
export interface ClientCertificate {
  readonly certificatePem: string;
  /** Hex, 32 digits in lower case: what a list of revoked certificates names. */
  readonly serial: string;
  /** Exactly what the certificate says: whole seconds. */
  readonly expiresAt: Date;
}

/** Checks a signing request (PEM), including its proof of possession. @throws AppError `invalid_request`. */
export async function readSigningRequest(pem: string): Promise<SigningRequest> {
  try {
    const request = new x509.Pkcs10CertificateRequest(pem);
    if (!(await request.verify())) throw new Error('signature does not match');
    return { pem, publicKeyHash: createHash('sha256').update(Buffer.from(request.publicKey.rawData)).digest('hex') };
  } catch (cause) {
    throw new AppError('invalid_request', {}, { cause, message: 'Send a PKCS#10 signing request in PEM that is signed with its own key.' });
  }
}

/**
 * Signs a host's request. Names and uses are ours to say: nothing of the request but its public key is taken over.
 * @param addresses IP addresses under which the host's Docker API is called.
 */
export async function signHostCertificate(
  authority: Authority,
  request: SigningRequest,
  { commonName, dnsNames, addresses }: { commonName: string; dnsNames: readonly string[]; addresses: readonly string[] },
): Promise<string> {
  const { publicKey } = new x509.Pkcs10CertificateRequest(request.pem);
  const names: x509.JsonGeneralNames = [
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...[...addresses, '127.0.0.1'].map((value) => ({ type: 'ip' as const, value })),
  ];
  const { certificatePem } = await issue(authority, commonName, publicKey, 825 * dayMs, [
    // Client as well: of the control plane, when the host's agent asks for volumes.
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
    new x509.SubjectAlternativeNameExtension([...names, { type: 'dns', value: 'localhost' }]),
  ]);
  return certificatePem;
}

/** A client certificate with its key. Whoever holds it is root on the cluster's hosts until it ends or is revoked. @param lifetimeMs from now. */
export async function issueClientCertificate(
  authority: Authority,
  commonName: string,
  lifetimeMs: number,
): Promise<ClientCertificate & { readonly keyPem: Secret }> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await issue(authority, commonName, keys.publicKey, lifetimeMs, forClients());
  return { ...certificate, keyPem: await exportKey(keys.privateKey) };
}

/** A server's certificate with its key, for the control plane where hosts call it. @param lifetimeMs from now. */
export async function issueServerCertificate(
  authority: Authority,
  commonName: string,
  dnsName: string,
  lifetimeMs: number,
): Promise<{ readonly certificatePem: string; readonly keyPem: Secret }> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const { certificatePem } = await issue(authority, commonName, keys.publicKey, lifetimeMs, [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: dnsName }]),
  ]);
  return { certificatePem, keyPem: await exportKey(keys.privateKey) };
}

/**
 * Signs a client's request: the same as above over a key that never travels. Nothing of the request but its public key is taken over.
 * @throws AppError `invalid_request` for a weak key, or one of a kind that Docker's TLS does not read.
 */
export async function signClientCertificate(
  authority: Authority,
  request: SigningRequest,
  commonName: string,
  lifetimeMs: number,
): Promise<ClientCertificate> {
  const { publicKey } = new x509.Pkcs10CertificateRequest(request.pem);
  assertStrongKey(Buffer.from(publicKey.rawData));
  return await issue(authority, commonName, publicKey, lifetimeMs, forClients());
}

const forClients = () => [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])];

async function issue(
  authority: Authority,
  commonName: string,
  publicKey: webcrypto.CryptoKey | x509.PublicKey,
  lifetimeMs: number,
  extensions: x509.Extension[],
): Promise<ClientCertificate> {
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const serial = serialNumber();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial,
    subject: [{ CN: [commonName] }],
    issuer: issuer.subjectName,
    notBefore: new Date(Date.now() - skewMs),
    notAfter: new Date(Math.min(Date.now() + lifetimeMs, issuer.notAfter.getTime())),
    signingAlgorithm: algorithm,
    publicKey,
    signingKey: await importKey(authority.keyPem),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...extensions,
    ],
  });
  return { certificatePem: certificate.toString('pem'), serial, expiresAt: certificate.notAfter };
}

/** 127 random bits, first bit clear: positive in DER. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function exportKey(key: webcrypto.CryptoKey): Promise<Secret> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  return new Secret(x509.PemConverter.encode(der, x509.PemConverter.PrivateKeyTag));
}

async function importKey(pem: Secret): Promise<webcrypto.CryptoKey> {
  const [der] = x509.PemConverter.decode(pem.reveal());
  if (!der) throw new Error('authority key is not PEM');
  return await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
}
