import { z } from 'zod';

/**
 * What the CLI clients read below the capability URL `DOCKHERO_CONFIG_URL`. The original's released clients read the fields down to `ssh_user`
 * and cache them for eight hours; renaming one breaks every installed client.
 */
export interface ClientConfig {
  readonly name: string;
  /** `tcp://address:2376` */
  readonly docker_host: string;
  /** URL of a gzip tar with ca.pem, cert.pem, key.pem; fetched without credentials. */
  readonly certs: string;
  readonly ip: string;
  readonly ssh_user: string;
  /** Ours: values of the config vars of these names, for a dyno that started before they were set. */
  readonly flexible_ssl_url: string;
  readonly full_ssl_url: string;
}

/** `GET {DOCKHERO_CONFIG_URL}/status`. The first two fields are the original's contract. */
export interface ClientStatus {
  readonly status: 'creating' | 'running' | 'failed';
  /** ISO 8601; required while `creating`. */
  readonly provision_eta?: string;
  /** Our own word for where the resource stands, and what the last pass waits for. */
  readonly state: string;
  readonly step: string | null;
  readonly waiting_for: string | null;
  readonly reason: string | null;
  readonly events: readonly { readonly at: string; readonly kind: string; readonly text: string }[];
}

/** Refused: what Postgres cannot store (NUL, halves of surrogate pairs), and what would drive the terminal that shows it. */
const isPrintable = (value: string) => !/[\p{Cc}\p{Cs}]/u.test(value);

/** `POST {DOCKHERO_CONFIG_URL}/certificates`. */
export const certificateRequest = z.strictObject({
  /** PKCS#10 in PEM, signed with its own key. Only its public key is taken: EC P-256 or P-384, or RSA of 2048 bits and more. */
  csr: z.string().min(1).max(20_000),
  /** For people: whose certificate it is, on which machine. */
  label: z.string().min(1).max(100).refine(isPrintable, 'must not hold control characters'),
});
export type CertificateRequest = z.infer<typeof certificateRequest>;

/** The answer to `POST {DOCKHERO_CONFIG_URL}/certificates`: a client certificate over the caller's own key, for twelve hours. */
export interface IssuedCertificate {
  /** Hex, 32 digits in lower case: what `DELETE …/certificates/:serial` takes. */
  readonly serial: string;
  readonly label: string;
  /** PEM, one certificate. */
  readonly certificate: string;
  /** PEM: the cluster's authority, which the host's certificate is checked against. */
  readonly ca: string;
  /** The next two are those of `ClientConfig`, so that one answer is enough to connect. */
  readonly name: string;
  readonly docker_host: string;
  /** ISO 8601, as all times here. */
  readonly issued_at: string;
  readonly expires_at: string;
}

/** Who holds it: one person on one machine (12 hours, own key), or whoever downloaded the long-lived bundle. */
export type CertificateKind = 'person' | 'bundle';

/** One certificate that was handed out and has not expired. Never with key or certificate. */
export interface ListedCertificate {
  readonly serial: string;
  readonly kind: CertificateKind;
  readonly label: string;
  readonly issued_at: string;
  readonly expires_at: string;
  readonly revoked_at: string | null;
}

/** `GET {DOCKHERO_CONFIG_URL}/certificates`: newest first. */
export interface CertificateList {
  readonly certificates: readonly ListedCertificate[];
  /** Whether `GET {DOCKHERO_CONFIG_URL}/certs` still hands out the long-lived bundle. */
  readonly bundle_enabled: boolean;
}

/** `DELETE {DOCKHERO_CONFIG_URL}/certificates/:serial`. Repeating it answers the same. */
export interface RevokedCertificate {
  readonly serial: string;
  readonly revoked_at: string;
  /** When every host that runs refuses it, at the latest. */
  readonly effective_by: string;
}

/** `POST {DOCKHERO_CONFIG_URL}/certificates/rotation`: everything handed out before the answer is revoked. */
export interface CertificateRotation {
  /** How many certificates this call revoked. */
  readonly revoked: number;
  readonly revoked_at: string;
  readonly effective_by: string;
}

/** `PUT {DOCKHERO_CONFIG_URL}/bundle`. */
export const bundleSwitchRequest = z.strictObject({ enabled: z.boolean() });
export type BundleSwitchRequest = z.infer<typeof bundleSwitchRequest>;

/** The answer to `PUT {DOCKHERO_CONFIG_URL}/bundle`. */
export interface BundleSwitch {
  readonly enabled: boolean;
  /** How many bundle certificates this call revoked; 0 when it was switched on. */
  readonly revoked: number;
  readonly effective_by: string;
}

/**
 * The 202 of `POST {DOCKHERO_CONFIG_URL}/rotation`. Never with the new URL: whoever leaked the old one must not learn it.
 * It arrives as the config var `DOCKHERO_CONFIG_URL` of the app.
 */
export interface ConfigUrlRotation {
  readonly rotating: true;
}
