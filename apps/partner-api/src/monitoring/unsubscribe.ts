import { AuditLog } from '@dockhero/database/audit-log';
import { MailOptOutStore } from '@dockhero/database/mail-opt-out-store';
import { SecretBox } from '@dockhero/database/secret-box';
import { readUnsubscribeToken, type Subscription } from '@dockhero/database/unsubscribe-token';
import { AppError } from '@dockhero/domain/errors';
import { Injectable } from '@nestjs/common';

/** Ends the mails about an add-on to one address, for whoever has the link of one of them. */
@Injectable()
export class Unsubscribe {
  constructor(
    private readonly box: SecretBox,
    private readonly optOuts: MailOptOutStore,
    private readonly audit: AuditLog,
  ) {}

  /** What a link is for. @throws AppError `unsubscribe_link_unknown`. */
  read(token: string): Subscription {
    const subscription = readUnsubscribeToken(this.box, token);
    if (!subscription) throw new AppError('unsubscribe_link_unknown');
    return subscription;
  }

  /** The same however often it is said, also when the add-on is gone. @throws AppError `unsubscribe_link_unknown`, `storage_unavailable`. */
  async run(token: string): Promise<Subscription> {
    const subscription = this.read(token);
    const isNew = await this.optOuts.add(subscription.resourceId, subscription.email);
    // Addresses are of persons: not whose.
    if (isNew)
      await this.audit.write(subscription.resourceId, 'notice', 'Somebody wants no more mails about alerts; heroku dh:alerts says who');
    return subscription;
  }
}
