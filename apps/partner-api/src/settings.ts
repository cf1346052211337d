import { configUrl } from '@dockhero/domain/client-config';
import { planCatalog } from '@dockhero/domain/plan';
import type { Secret } from '@dockhero/domain/secret';

/** What use cases need of the environment, without the environment. */
export class ApiSettings {
  constructor(
    private readonly publicUrl: string,
    readonly edgeDomain: string,
    private readonly regions: readonly string[],
    /** Life of a person's client certificate. Long enough for a working day, short enough that a lost laptop is a matter of hours. */
    readonly certificateLifetimeMs: number,
    /** Takes webhooks that are not HTTPS, as the monitor then calls them: for local development only. */
    readonly privateWebhooks: boolean,
  ) {}

  /** The capability URL that is the customer's `DOCKHERO_CONFIG_URL`. */
  configUrl(token: Secret): string {
    return configUrl(this.publicUrl, token);
  }

  /** What a customer's Prometheus scrapes. */
  federationUrl(token: Secret): string {
    return `${this.publicUrl}/federate/${token.reveal()}`;
  }

  servesRegion(region: string): boolean {
    return this.regions.includes('*') || this.regions.includes(region);
  }

  knowsPlan(slug: string): boolean {
    return planCatalog.some((plan) => plan.slug === slug);
  }
}
