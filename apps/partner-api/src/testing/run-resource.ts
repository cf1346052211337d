import type { ApiUnderTest } from './api-under-test.js';
import { AsWorker } from './as-worker.js';

/** An add-on that is provisioned. */
export interface RunningResource {
  readonly id: string;
  /** Of its capability URL. */
  readonly path: string;
}

/** Heroku sells it, and the worker provisions it. */
export async function runResource(api: ApiUnderTest, plan = 'hobby'): Promise<RunningResource> {
  const id = await api.provision({ plan });
  await new AsWorker(api.database).provision(id);
  return { id, path: `/c/${await api.tokenOf(id)}` };
}

/** The same with a row for its host. */
export async function runResourceWithHost(api: ApiUnderTest, plan?: string): Promise<RunningResource & { readonly hostId: string }> {
  const resource = await runResource(api, plan);
  const { hostId } = await new AsWorker(api.database).launchHost(resource.id);
  return { ...resource, hostId };
}
