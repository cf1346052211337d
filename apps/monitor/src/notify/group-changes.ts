import type { AlertOutbox, NewDelivery, TransitionGroup } from '@dockhero/database/alert-outbox';
import type { MailOptOutStore } from '@dockhero/database/mail-opt-out-store';
import { hasCode } from '@dockhero/domain/errors';
import type { ResourceId } from '@dockhero/domain/resource';
import type { Logger } from 'pino';
import type { ResourceSettings } from '../settings/resource-settings.js';
import { planDeliveries } from './plan-deliveries.js';

/** Resources at once. */
const groupsMax = 100;

export interface ContactList {
  list(resourceId: ResourceId): Promise<readonly { readonly email: string }[]>;
}

/** Makes messages of the changes that have waited for others to join them. */
export class GroupChanges {
  constructor(
    private readonly outbox: Pick<AlertOutbox, 'group'>,
    private readonly settings: ResourceSettings,
    private readonly contacts: ContactList,
    private readonly optOuts: Pick<MailOptOutStore, 'list'>,
    private readonly logger: Logger,
    private readonly limits: { readonly groupMs: number; readonly mailDomain: string },
  ) {}

  /** @throws AppError `storage_unavailable`: nothing was lost. */
  async group(): Promise<void> {
    await this.outbox.group(this.limits.groupMs, groupsMax, (group) => this.#planOrPass(group));
  }

  /** A group that no message can be made of is passed over: thrown, it would keep everybody's messages back, and again the next time. */
  async #planOrPass(group: TransitionGroup): Promise<readonly NewDelivery[]> {
    try {
      return await this.#plan(group);
    } catch (error) {
      if (hasCode(error, 'storage_unavailable')) throw error;
      this.logger.error(
        { error, resourceId: group.resourceId, groupId: group.id },
        'people are not told of changes: no message can be made of them',
      );
      return [];
    }
  }

  async #plan({ resourceId, transitions }: TransitionGroup): Promise<readonly NewDelivery[]> {
    // Any process tells of any resource: this one may not watch it.
    await this.settings.need([resourceId]);
    const known = this.settings.of(resourceId);
    if (!known) return [];
    const [contacts, optOuts] = await Promise.all([this.contacts.list(resourceId), this.optOuts.list(resourceId)]);
    const planned = planDeliveries(
      transitions,
      { settings: known.settings, contacts: contacts.map(({ email }) => email), optOuts },
      this.limits.mailDomain,
    );
    this.logger.info({ resourceId, changes: transitions.length, messages: planned.length }, 'people are told of changes');
    return planned;
  }
}
