import type { Fabric } from './fabric.js';
import { firewallRules, type FirewallInput } from './firewall-rules.js';
import { inFabric } from './raise-fabric.js';

/** Replaces the fabric's ruleset in one transaction; established connections go on as far as the new rules allow. */
export async function applyFirewall(fabric: Fabric, input: Pick<FirewallInput, 'machines' | 'groups'>): Promise<void> {
  const rules = firewallRules({ ...input, uplink: fabric.uplink, gatewayAddress: fabric.gatewayAddress });
  await inFabric(fabric, 'nft', ['-f', '-'], [rules]);
}
