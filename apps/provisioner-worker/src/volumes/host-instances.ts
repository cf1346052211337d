import { launchToken, type Host } from '@dockhero/domain/host';
import { Instances } from '@dockhero/domain/ports/instances';
import type { Disk } from '@dockhero/domain/ports/disks';
import type { Holder } from '@dockhero/domain/volumes/decide-placement';
import { Injectable } from '@nestjs/common';
import { CloudLag } from '../steps/cloud-lag.js';
import type { SeenInstances } from './seen-instances.js';
import type { VolumePass } from './volume-pass.js';

/** An instance that no listing has shown for so long is gone; milliseconds. AWS releases the disks of one that has ended by itself, within seconds. */
const goneMs = 15_000;

/** Which instance is which host's. Asked of AWS when needed, once in a pass: never remembered. */
@Injectable()
export class HostInstances {
  constructor(
    private readonly instances: Instances,
    private readonly lag: CloudLag,
  ) {}

  async of(pass: VolumePass): Promise<SeenInstances> {
    pass.instances ??= await this.#look(pass);
    return pass.instances;
  }

  /** The host whose present instance this is, or null. */
  async hostOf(pass: VolumePass, instanceId: string): Promise<Host | null> {
    const { byHost } = await this.of(pass);
    return pass.hosts.find(({ id }) => byHost.get(id)?.id === instanceId) ?? null;
  }

  /**
   * Who has the disk; null where nobody has, or as long as AWS may not show it: one listing that lacks an instance proves nothing.
   * @param unseenMs for how long it has been looked for in vain, again and again.
   */
  async holderOf(pass: VolumePass, { attachment }: Pick<Disk, 'attachment'>, unseenMs: number): Promise<Holder | null> {
    if (!attachment) return null;
    const { byId } = await this.of(pass);
    const instance = byId.get(attachment.instanceId);
    const host = await this.hostOf(pass, attachment.instanceId);
    if (instance) return { state: instance.state, number: host && host.index + 1 };
    const isOld = Date.now() - attachment.since.getTime() > this.lag.ms;
    return isOld && unseenMs > goneMs ? { state: 'gone', number: null } : null;
  }

  /** By tag, and by token what that does not show: it may have ended, or be too new. */
  async #look(pass: VolumePass): Promise<SeenInstances> {
    const listed = await this.instances.listOf(pass.resource.id);
    const byToken = new Map(listed.map((instance) => [instance.launchToken, instance]));
    const found = await Promise.all(
      pass.hosts
        .filter(({ launchedAt }) => launchedAt !== null)
        .map(async (host) => {
          const token = launchToken(host);
          return [host.id, byToken.get(token) ?? (await this.instances.find(token))] as const;
        }),
    );
    const byHost = new Map(found.flatMap(([hostId, instance]) => (instance ? [[hostId, instance] as const] : [])));
    return { byHost, byId: new Map([...listed, ...byHost.values()].map((instance) => [instance.id, instance])) };
  }
}
