import type { Switches } from '../switches.js';

/** Times are milliseconds since 1970 in Heroku's time, ids are uuids. */
export interface App {
  readonly id: string;
  name: string;
  ownerEmail: string;
  collaborators: string[];
  readonly region: string;
  /** The customer's own config vars; those of add-ons are computed. */
  config: Record<string, string>;
  releases: Release[];
  /** How often the dynos were restarted by a release. */
  restarts: number;
  readonly createdAt: number;
  updatedAt: number;
}

export interface Release {
  readonly id: string;
  readonly version: number;
  readonly description: string;
  readonly email: string;
  readonly createdAt: number;
}

type AddonState = 'provisioning' | 'provisioned' | 'deprovisioning' | 'deprovisioned';

export interface Addon {
  readonly id: string;
  name: string;
  /** The owning app; it may be gone while a DELETE is still being repeated. */
  readonly appId: string;
  readonly appName: string;
  /** Without the service's prefix: `hobby`. */
  plan: string;
  state: AddonState;
  providerId: string | null;
  /** By the manifest's names, whatever the attachments are called. */
  config: Record<string, string>;
  /** True since `provisioned`: its config vars are on the apps. */
  published: boolean;
  readonly options: Record<string, string>;
  message: string | null;
  /** The provision request as it was first sent; control routes send it again. */
  provisionBody: string;
  readonly email: string;
  readonly createdAt: number;
  updatedAt: number;
  /** When the partner first answered 2xx to the provision request. */
  answeredAt: number | null;
  /** Why it was never provisioned; what the customer of `addons:create` is told. */
  failure: { status: number; message: string } | null;
  /** When it left the app. The record stays: late requests and answers must find it. */
  goneAt: number | null;
}

export interface Attachment {
  readonly id: string;
  name: string;
  readonly addonId: string;
  readonly appId: string;
  /** Password of this attachment's log_input_url: `t.<uuid>`. */
  logToken: string;
  readonly createdAt: number;
  updatedAt: number;
}

export interface Grant {
  readonly code: string;
  readonly addonId: string;
  readonly expiresAt: number;
  usedAt: number | null;
}

/** One refresh token and its access token. */
export interface Authorization {
  readonly id: string;
  readonly addonId: string;
  refreshToken: string;
  accessToken: string;
  accessExpiresAt: number;
}

export interface Webhook {
  readonly id: string;
  /** Set for a partner's subscription, null for an app owner's. */
  readonly addonId: string | null;
  readonly appId: string | null;
  include: string[];
  level: 'notify' | 'sync';
  url: string;
  secret: string;
  authorization: string | null;
  readonly createdAt: number;
  updatedAt: number;
}

export type DeliveryKind = 'provision' | 'deprovision' | 'webhook';

/** A request that goes out at least once, until it is settled or its time is over. */
export interface Delivery {
  readonly id: string;
  readonly kind: DeliveryKind;
  readonly addonId: string | null;
  readonly webhookId: string | null;
  body: string | null;
  /** Attempts that were begun. */
  attempts: number;
  readonly createdAt: number;
  nextAttemptAt: number;
  /** Kept back by the switch `holdProvisions`. */
  held: boolean;
}

export interface Tables {
  apps: App[];
  addons: Addon[];
  attachments: Attachment[];
  grants: Grant[];
  authorizations: Authorization[];
  webhooks: Webhook[];
  deliveries: Delivery[];
}

export interface SavedState extends Tables {
  version: 1;
  clockOffsetMs: number;
  switches: Switches;
}
