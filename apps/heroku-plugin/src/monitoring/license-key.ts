import type { NewRelicRequest } from '@dockhero/contracts/monitoring-api';
import { PluginError } from '../plugin-error.js';

const where = 'Copy an ingest key (type INGEST - LICENSE) from New Relic: one.newrelic.com/api-keys.';

/**
 * The request for a New Relic key. The region is that of the key unless another is given.
 * @throws PluginError for what New Relic would refuse: the key itself is never quoted.
 */
export function licenseKeyRequest(key: string, region: 'us' | 'eu' | undefined): NewRelicRequest {
  if (/^NRAK-/i.test(key)) throw new PluginError(`This is a user key: it cannot take figures. ${where}`);
  if (/^NRI[IQ]-/i.test(key)) throw new PluginError(`This is an Insights key: it cannot take figures. ${where}`);
  if (!/^[0-9A-Za-z]{40}$/.test(key)) throw new PluginError(`This is no license key: one has 40 letters and digits. ${where}`);
  return { license_key: key, region: region ?? (/^eu\d\dxx/i.test(key) ? 'eu' : 'us') };
}
