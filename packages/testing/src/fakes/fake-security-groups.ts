import { SecurityGroups, type SecurityGroup } from '@dockhero/domain/ports/security-groups';
import { CallGate } from './call-gate.js';
import type { FakeCloud } from './fake-cloud.js';

/** Security groups of a FakeCloud. Their name is unique and looked up without lag; listing by tag lags. */
export class FakeSecurityGroups extends SecurityGroups {
  constructor(
    private readonly cloud: FakeCloud,
    private readonly gate: CallGate = new CallGate(),
  ) {
    super();
  }

  override async ensure(resourceId: string): Promise<SecurityGroup> {
    return await this.gate.pass('groups.ensure', () => {
      const existing = this.cloud.groups.find((group) => group.resourceId === resourceId);
      if (existing) return { id: existing.id, resourceId };
      const group = { id: this.cloud.id('sg'), resourceId, visibleAt: this.cloud.now() + this.cloud.times.lagMs };
      this.cloud.groups.push(group);
      return { id: group.id, resourceId };
    });
  }

  override async remove(resourceId: string): Promise<boolean> {
    return await this.gate.pass('groups.remove', () => {
      const index = this.cloud.groups.findIndex((group) => group.resourceId === resourceId);
      const group = this.cloud.groups[index];
      if (!group) return true;
      const isUsed = this.cloud.alive().some(({ spec }) => spec.securityGroupId === group.id);
      if (isUsed) return false; // DependencyViolation
      this.cloud.groups.splice(index, 1);
      return true;
    });
  }

  override async listAll(): Promise<SecurityGroup[]> {
    return await this.gate.pass('groups.listAll', () =>
      this.cloud.groups.filter((group) => this.cloud.isVisible(group)).map(({ id, resourceId }) => ({ id, resourceId })),
    );
  }
}
