import { ResourceStore } from '@dockhero/database/resource-store';
import { AppError } from '@dockhero/domain/errors';
import { assertPlanChange, planBySlug } from '@dockhero/domain/plan';
import { Doorbell } from '@dockhero/queue/doorbell';
import { Injectable } from '@nestjs/common';

/** Heroku's plan change: the plan in force is a no-op; another is stored, and the worker changes the hosts' instance type. */
@Injectable()
export class ChangePlan {
  constructor(
    private readonly resources: ResourceStore,
    private readonly doorbell: Doorbell,
  ) {}

  /** @throws AppError `plan_unknown`, `plan_change_unsupported`, `resource_not_found`, `resource_gone`. */
  async run(id: string, slug: string): Promise<{ message: string }> {
    const found = await this.resources.find(id);
    if (!found) throw new AppError('resource_not_found', { id });
    const { resource } = found;
    if (resource.desired === 'removed') throw new AppError('resource_gone', { id });
    const plan = planBySlug(slug);
    if (resource.plan === plan.slug) return { message: `The add-on is on plan ${plan.slug} already.` };
    assertPlanChange(planBySlug(resource.plan), plan);
    // Another request was quicker: what it has made of the row decides.
    if (!(await this.resources.changePlan(id, resource.plan, plan.slug))) return await this.run(id, slug);
    this.doorbell.ring('change-plan', id, { wake: true });
    return { message: `The host is being changed to plan ${plan.slug}. It restarts once; your containers come back with it.` };
  }
}
