import type { Secret } from './secret.js';

/** The capability URL that is the customer's `DOCKHERO_CONFIG_URL`. No query string: clients append `/status`. @param publicUrl without a trailing slash. */
export function configUrl(publicUrl: string, token: Secret): string {
  return `${publicUrl}/c/${token.reveal()}`;
}

/** The host names under which the edge serves a cluster; the original's one-level names, which one wildcard certificate covers. */
export function edgeUrls(clusterName: string, edgeDomain: string): { flexibleSsl: string; fullSsl: string } {
  return { flexibleSsl: `https://${clusterName}-flexible-ssl.${edgeDomain}`, fullSsl: `https://${clusterName}-full-ssl.${edgeDomain}` };
}

/** Config vars that make the add-on usable. `DOCKHERO_CONFIG_URL` is set earlier, alone: its presence without the others means "not ready". */
export function readyConfig(cluster: { name: string; address: string; edgeDomain: string }): Record<string, string> {
  const urls = edgeUrls(cluster.name, cluster.edgeDomain);
  return { DOCKHERO_HOST: cluster.address, DOCKHERO_FLEXIBLE_SSL_URL: urls.flexibleSsl, DOCKHERO_FULL_SSL_URL: urls.fullSsl };
}
