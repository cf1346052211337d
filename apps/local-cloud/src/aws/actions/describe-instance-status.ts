import type { DescribeInstanceStatusCommandInput, DescribeInstanceStatusCommandOutput, InstanceStatusSummary } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import type { Instance } from '../state/cloud-state.js';
import { findInstance, findSubnet, isVisible } from '../state/find.js';
import { matchFilters } from '../state/match-filters.js';
import { paginate } from '../state/paginate.js';
import { stateOf } from './describe-instance.js';
import { instanceFilterFields } from './instance-filters.js';

/** Only running instances unless all are asked for. A cut or never booting instance is impaired: its own status check fails. */
export function describeInstanceStatus(
  input: DescribeInstanceStatusCommandInput,
  cloud: Cloud,
): Answer<DescribeInstanceStatusCommandOutput> {
  const ids = input.InstanceIds ?? [];
  const asked = ids.length > 0 ? ids.map((id) => findInstance(cloud, id)) : Object.values(cloud.state.instances).filter(isVisible);
  const fields = { ...instanceFilterFields(cloud), 'instance-status.status': (instance: Instance) => reachability(instance) };
  const matching = matchFilters(asked, input.Filters, fields, (instance) => instance.tags);
  const shown = input.IncludeAllInstances ? matching : matching.filter((instance) => instance.state === 'running');
  const { page, ...token } = paginate(shown, input, ids, (instance) => instance.id);
  return {
    InstanceStatuses: page.map((instance) => ({
      InstanceId: instance.id,
      AvailabilityZone: findSubnet(cloud, instance.subnetId).zone,
      InstanceState: stateOf(instance.state),
      InstanceStatus: summary(reachability(instance)),
      SystemStatus: summary(instance.state === 'running' ? 'ok' : 'not-applicable'),
      Events: [],
    })),
    ...token,
  };
}

type Reachability = 'ok' | 'impaired' | 'not-applicable';

function reachability(instance: Instance): Reachability {
  if (instance.state !== 'running') return 'not-applicable';
  return instance.cut || !instance.bootable ? 'impaired' : 'ok';
}

function summary(status: Reachability): InstanceStatusSummary {
  if (status === 'not-applicable') return { Status: status };
  return { Status: status, Details: [{ Name: 'reachability', Status: status === 'ok' ? 'passed' : 'failed' }] };
}
