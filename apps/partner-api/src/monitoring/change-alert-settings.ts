import { randomBytes } from 'node:crypto';
import type { AlertSettingsPatch, PatchedAlertSettings } from '@dockhero/contracts/monitoring-api';
import { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import { AuditLog } from '@dockhero/database/audit-log';
import { MailOptOutStore } from '@dockhero/database/mail-opt-out-store';
import { AppError } from '@dockhero/domain/errors';
import { adjustableRules, type AdjustableRule } from '@dockhero/domain/monitoring/alert-settings';
import type { ResourceId } from '@dockhero/domain/resource';
import { Secret } from '@dockhero/domain/secret';
import { Doorbell } from '@dockhero/queue/doorbell';
import { Injectable } from '@nestjs/common';
import { FindResource } from '../client/find-resource.js';
import { ApiSettings } from '../settings.js';
import { toSettings } from './alert-answers.js';

/** Changes from where a customer's alerts fire, who is told, and whether agents may free room. */
@Injectable()
export class ChangeAlertSettings {
  constructor(
    private readonly find: FindResource,
    private readonly settings: AlertSettingsStore,
    private readonly optOuts: MailOptOutStore,
    private readonly audit: AuditLog,
    private readonly api: ApiSettings,
    private readonly doorbell: Doorbell,
  ) {}

  /** @throws AppError `webhook_not_https`, `webhook_never_called`, `resource_gone`. */
  async run(token: string, patch: AlertSettingsPatch): Promise<PatchedAlertSettings> {
    const { resource } = await this.find.run(token);
    const webhookUrl = this.#url(patch.webhook_url);
    const slackUrl = this.#url(patch.slack_url);
    // Another URL is another receiver: who could check the signatures of the one before must not be able to make those of this one.
    const secret = webhookUrl ? new Secret(`whsec_${randomBytes(32).toString('base64url')}`) : null;
    const isThere = await this.settings.write(resource.id, {
      ...ratios(patch.thresholds),
      ...(patch.mails_enabled === undefined ? {} : { mailsEnabled: patch.mails_enabled }),
      ...(patch.recipients === undefined ? {} : { recipients: [...new Set(patch.recipients)] }),
      ...(patch.free_room === undefined ? {} : { freeRoom: patch.free_room }),
      ...(webhookUrl === undefined ? {} : { webhookUrl, webhookSecret: secret }),
      ...(slackUrl === undefined ? {} : { slackUrl }),
    });
    if (!isThere) throw new AppError('resource_gone', { id: resource.id });
    if (patch.resubscribe) await this.optOuts.remove(resource.id, patch.resubscribe);
    await this.#note(resource.id, patch);
    // Hosts' agents are told by the worker.
    if (patch.free_room !== undefined) this.doorbell.ring('provision', resource.id, { wake: true });
    const answer = toSettings(await this.settings.read(resource.id), await this.optOuts.list(resource.id));
    return secret ? { ...answer, webhook_secret: secret.reveal() } : answer;
  }

  #url(url: string | null | undefined): Secret | null | undefined {
    if (url === null || url === undefined) return url;
    if (this.api.privateWebhooks) return new Secret(url);
    const { protocol, port, username, password } = new URL(url);
    if (protocol !== 'https:') throw new AppError('webhook_not_https');
    // What the monitor refuses whatever the name leads to.
    if (!['', '8443'].includes(port) || username !== '' || password !== '') throw new AppError('webhook_never_called');
    return new Secret(url);
  }

  async #note(id: ResourceId, patch: AlertSettingsPatch): Promise<void> {
    const changes = [
      ...adjustableRules.map((rule) => wordsFor(rule, patch.thresholds?.[rule])),
      patch.mails_enabled === undefined ? null : `mails ${patch.mails_enabled ? 'on' : 'off'}`,
      // Addresses are of persons: only how many.
      patch.recipients === undefined ? null : `${String(patch.recipients.length)} more recipients`,
      patch.resubscribe === undefined ? null : `mails again to ${String(patch.resubscribe.length)} that wanted none`,
      patch.webhook_url === undefined ? null : `webhook ${patch.webhook_url === null ? 'removed' : 'set'}`,
      patch.slack_url === undefined ? null : `Slack ${patch.slack_url === null ? 'removed' : 'set'}`,
      patch.free_room === undefined ? null : `freeing of room ${patch.free_room ? 'on' : 'off'}`,
    ].filter((change) => change !== null);
    if (changes.length === 0) return;
    await this.audit.write(id, 'desired', `Alerts were set: ${changes.join(', ')}`);
  }
}

function wordsFor(rule: AdjustableRule, percent: number | undefined): string | null {
  return percent === undefined ? null : `${rule} ${String(percent)} %`;
}

function ratios(percents: AlertSettingsPatch['thresholds']): { thresholds?: Partial<Record<AdjustableRule, number>> } {
  if (!percents) return {};
  const known = adjustableRules.flatMap((rule) => (percents[rule] === undefined ? [] : [[rule, percents[rule] / 100] as const]));
  return { thresholds: Object.fromEntries(known) };
}
