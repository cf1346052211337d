import { setTimeout as delay } from 'node:timers/promises';
import { OwnerQuestionStore } from '@dockhero/database/owner-question-store';
import { AppError } from '@dockhero/domain/errors';
import { Doorbell } from '@dockhero/queue/doorbell';
import { Injectable } from '@nestjs/common';

/** The worker asks Heroku within a second. Whoever waits is answered long before Heroku's router gives up. Milliseconds. */
const lookMs = 200;
const looksMax = 40;

/** Has Heroku asked who owns the add-on's app, before anything of another add-on of that owner is shown or restored: an app may have changed hands since. */
@Injectable()
export class ConfirmOwner {
  constructor(
    private readonly question: OwnerQuestionStore,
    private readonly doorbell: Doorbell,
  ) {}

  /** @throws AppError `owner_unknown` when Heroku does not say it in time. */
  async run(resourceId: string): Promise<void> {
    if (await this.question.isAnswered(resourceId)) return;
    await this.question.ask(resourceId);
    this.doorbell.ring('provision', resourceId, { wake: true });
    for (let looks = 0; looks < looksMax; looks += 1) {
      await delay(lookMs);
      if (await this.question.isAnswered(resourceId)) return;
    }
    throw new AppError('owner_unknown', { resourceId });
  }

  /** The same for one backup: its own an add-on may have whoever owns the app. @throws AppError `owner_unknown`. */
  async forBackup(resourceId: string, backupId: string): Promise<void> {
    if (!(await this.question.isOwn(resourceId, backupId))) await this.run(resourceId);
  }
}
