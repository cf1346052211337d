import type { DescribeInstancesCommandInput, DescribeInstancesCommandOutput, Reservation } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { ACCOUNT_ID } from '../network-layout.js';
import type { Instance } from '../state/cloud-state.js';
import { findInstance, isVisible } from '../state/find.js';
import { instanceFilterFields } from './instance-filters.js';
import { groupBy } from '../state/group-by.js';
import { matchFilters } from '../state/match-filters.js';
import { paginate } from '../state/paginate.js';
import { describeInstance } from './describe-instance.js';

/** One unknown id fails the whole call. Without ids, instances that are too new to be seen are left out. */
export function describeInstances(input: DescribeInstancesCommandInput, cloud: Cloud): Answer<DescribeInstancesCommandOutput> {
  const ids = input.InstanceIds ?? [];
  const asked = ids.length > 0 ? ids.map((id) => findInstance(cloud, id)) : Object.values(cloud.state.instances).filter(isVisible);
  const matching = matchFilters([...new Set(asked)], input.Filters, instanceFilterFields(cloud), (instance) => instance.tags);
  const { page, ...token } = paginate(matching, input, ids, (instance) => instance.id);
  return { Reservations: reservations(cloud, page), ...token };
}

export function reservations(cloud: Cloud, instances: Instance[]): Reservation[] {
  const byReservation = groupBy(instances, (instance) => instance.reservationId);
  return [...byReservation].map(([ReservationId, members]) => ({
    ReservationId,
    OwnerId: ACCOUNT_ID,
    Groups: [],
    Instances: members.map((instance) => describeInstance(cloud, instance)),
  }));
}
