/** Who holds a client certificate: one person on one machine (own key, hours), or whoever downloaded the original's bundle (years). */
export type CertificateKind = 'person' | 'bundle';
