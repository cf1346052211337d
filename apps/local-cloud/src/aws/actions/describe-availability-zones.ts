import type { DescribeAvailabilityZonesCommandInput, DescribeAvailabilityZonesCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { REGION } from '../network-layout.js';
import { matchFilters } from '../state/match-filters.js';

export function describeAvailabilityZones(
  input: DescribeAvailabilityZonesCommandInput,
  cloud: Cloud,
): Answer<DescribeAvailabilityZonesCommandOutput> {
  const names = input.ZoneNames ?? [];
  const asked = cloud.network.subnets.filter((subnet) => names.length === 0 || names.includes(subnet.zone));
  const fields = { 'zone-name': (s: { zone: string }) => s.zone, 'region-name': () => REGION, state: () => 'available' };
  const AvailabilityZones = matchFilters(asked, input.Filters, fields, () => ({})).map(({ zone, zoneId }) => ({
    ZoneName: zone,
    ZoneId: zoneId,
    RegionName: REGION,
    State: 'available' as const,
    ZoneType: 'availability-zone',
    OptInStatus: 'opt-in-not-required' as const,
  }));
  return { AvailabilityZones };
}
