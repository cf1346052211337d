import { configUrl } from '@dockhero/domain/client-config';
import type { Secret } from '@dockhero/domain/secret';

/** Where customers reach us. */
export class CustomerUrls {
  constructor(
    private readonly publicUrl: string,
    readonly edgeDomain: string,
  ) {}

  configUrl(token: Secret): string {
    return configUrl(this.publicUrl, token);
  }
}
