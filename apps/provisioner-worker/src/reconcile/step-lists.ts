import { provisionSteps, removeSteps } from '@dockhero/domain/steps';
import type { Pass } from './pass.js';
import type { Step } from './step.js';

/** The order of things. Building it checks that it is the order that customers are shown. */
export class StepLists {
  constructor(
    private readonly provision: readonly Step[],
    private readonly remove: readonly Step[],
  ) {
    assertNames(provision, provisionSteps);
    assertNames(remove, removeSteps);
  }

  /** The steps towards what is desired now; a provision that was abandoned is taken down whatever is desired. */
  towards({ resource, facts }: Pick<Pass, 'resource' | 'facts'>): readonly Step[] {
    return resource.desired === 'removed' || facts.gaveUpAt ? this.remove : this.provision;
  }
}

function assertNames(steps: readonly Step[], names: readonly string[]): void {
  if (steps.map(({ name }) => name).join() !== names.join()) throw new Error('step lists differ from the names in the domain');
}
