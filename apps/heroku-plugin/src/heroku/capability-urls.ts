import type { Variables } from '../env.js';

export const urlSuffix = '_CONFIG_URL';

/** Names before `_CONFIG_URL` of the variables that hold a capability URL: the attachments that may be ours. */
export function capabilityPrefixes(variables: Variables): readonly string[] {
  return Object.keys(variables)
    .filter((name) => name.endsWith(urlSuffix) && isCapabilityUrl(variables[name] ?? ''))
    .map((name) => name.slice(0, -urlSuffix.length));
}

/** `https://…/c/<token>`, perhaps below a path: other add-ons may have a `…_CONFIG_URL` too. */
function isCapabilityUrl(value: string): boolean {
  return /^https?:\/\/[^?#]+\/c\/[^/?#]+$/.test(value);
}

/** What stands before `/c/<token>`: the same for all add-ons of one provider. */
export function providerOf(capabilityUrl: string): string {
  return capabilityUrl.slice(0, capabilityUrl.lastIndexOf('/c/'));
}
