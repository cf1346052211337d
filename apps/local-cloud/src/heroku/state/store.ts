import type { Addon, App, Attachment, Authorization, Delivery, Grant, Tables, Webhook } from './records.js';

/** All records in memory, by id, with the questions asked of them. Rules live in the operations, not here. */
export class Store {
  readonly apps = new Map<string, App>();
  readonly addons = new Map<string, Addon>();
  readonly attachments = new Map<string, Attachment>();
  /** By code. */
  readonly grants = new Map<string, Grant>();
  readonly authorizations = new Map<string, Authorization>();
  readonly webhooks = new Map<string, Webhook>();
  readonly deliveries = new Map<string, Delivery>();

  fill(tables: Tables): void {
    this.clear();
    for (const app of tables.apps) this.apps.set(app.id, app);
    for (const addon of tables.addons) this.addons.set(addon.id, addon);
    for (const attachment of tables.attachments) this.attachments.set(attachment.id, attachment);
    for (const grant of tables.grants) this.grants.set(grant.code, grant);
    for (const authorization of tables.authorizations) this.authorizations.set(authorization.id, authorization);
    for (const webhook of tables.webhooks) this.webhooks.set(webhook.id, webhook);
    for (const delivery of tables.deliveries) this.deliveries.set(delivery.id, delivery);
  }

  tables(): Tables {
    return {
      apps: [...this.apps.values()],
      addons: [...this.addons.values()],
      attachments: [...this.attachments.values()],
      grants: [...this.grants.values()],
      authorizations: [...this.authorizations.values()],
      webhooks: [...this.webhooks.values()],
      deliveries: [...this.deliveries.values()],
    };
  }

  clear(): void {
    for (const table of [this.apps, this.addons, this.attachments, this.grants, this.authorizations, this.webhooks, this.deliveries]) {
      table.clear();
    }
  }

  /** By id or name. */
  findApp(idOrName: string): App | undefined {
    return this.apps.get(idOrName) ?? this.#first(this.apps, (app) => app.name === idOrName);
  }

  liveAddons(): Addon[] {
    return [...this.addons.values()].filter((addon) => addon.goneAt === null);
  }

  /** A live add-on by id or name. */
  findAddon(idOrName: string): Addon | undefined {
    const byId = this.addons.get(idOrName);
    if (byId) return byId.goneAt === null ? byId : undefined;
    return this.#first(this.addons, (addon) => addon.goneAt === null && addon.name === idOrName);
  }

  /** The newest add-on of that id or name whose provisioning failed; the CLI asks for it while it waits. */
  findFailedAddon(idOrName: string): Addon | undefined {
    const failed = [...this.addons.values()].filter((a) => a.failure !== null && (a.id === idOrName || a.name === idOrName));
    return failed.at(-1);
  }

  attachmentsOfAddon(addonId: string): Attachment[] {
    return [...this.attachments.values()].filter((attachment) => attachment.addonId === addonId);
  }

  attachmentsOfApp(appId: string): Attachment[] {
    return [...this.attachments.values()].filter((attachment) => attachment.appId === appId);
  }

  /** The app's attachment of that id or name. */
  findAttachment(appId: string, idOrName: string): Attachment | undefined {
    return this.attachmentsOfApp(appId).find((a) => a.id === idOrName || a.name === idOrName);
  }

  attachmentByLogToken(logToken: string): Attachment | undefined {
    return this.#first(this.attachments, (attachment) => attachment.logToken === logToken);
  }

  #first<T>(table: Map<string, T>, matches: (record: T) => boolean): T | undefined {
    for (const record of table.values()) if (matches(record)) return record;
    return undefined;
  }
}
