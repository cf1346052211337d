import type { Plan } from '@dockhero/domain/plan';
import type { Instance } from '@dockhero/domain/ports/instances';

export type InstanceAction =
  | { readonly do: 'use' | 'replace' | 'stop' | 'start' }
  | { readonly do: 'wait'; readonly waitingFor: string }
  | { readonly do: 'change type'; readonly instanceType: string };

/** What an observed instance needs, to become a running one of the plan's types. */
export function decideInstance({ state, instanceType }: Pick<Instance, 'state' | 'instanceType'>, plan: Plan): InstanceAction {
  const fits = plan.instanceTypes.includes(instanceType);
  switch (state) {
    case 'pending':
      return { do: 'wait', waitingFor: 'the host to start' };
    case 'running':
      return fits ? { do: 'use' } : { do: 'stop' };
    case 'stopping':
      return { do: 'wait', waitingFor: 'the host to stop' };
    case 'stopped':
      return fits ? { do: 'start' } : { do: 'change type', instanceType: plan.instanceTypes[0] };
    case 'shutting-down':
    case 'terminated':
      return { do: 'replace' };
  }
}
