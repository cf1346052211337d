import { AppError } from '@dockhero/domain/errors';
import type { Volume } from '@dockhero/domain/volumes/volume';
import type { Random } from './random.js';
import { Storm } from './storm.js';
import { VolumeInvariants } from './volume-invariants.js';
import { VolumeOwner } from './volume-owner.js';
import { makeVolumeReconciler } from './volume-worker.js';
import { World, type TestStorage } from './world.js';

const weather = { crash: 0.015, lostAnswer: 0.04, refusal: 0.03, crashInQueries: 0.03, queries: 12 };
const hosts = 3;
/** Longer than any freeze lasts. */
const freezeMs = 10_000;

/**
 * One life of one volume in a cluster of three hosts, in as many zones, under a random schedule: containers start and end, agents fall silent,
 * machines are lost, the volume grows, is backed up, restored, removed and brought back; two workers make passes, die within calls and queries,
 * lose answers. After every turn nothing may be there that must never be; then the weather clears, and what is left is compared with what is wanted.
 */
export class VolumeSchedule {
  readonly world: World;
  #owner!: VolumeOwner;
  #volume!: Volume;
  readonly #storm: Storm;
  readonly #never: VolumeInvariants;
  #isRemoved = false;
  /** What was written last, of the content that the volume has now; null: unknown, since an older backup may have been restored. */
  #written: string | null = null;

  constructor(
    storage: TestStorage,
    private readonly random: Random,
  ) {
    const upTo = (ms: number) => (random.chance(0.3) ? 0 : random.below(ms));
    this.world = new World(
      storage,
      { endMs: upTo(4_000), lagMs: upTo(4_000) },
      {
        createMs: upTo(3_000),
        attachMs: upTo(4_000),
        detachMs: upTo(4_000),
        deleteMs: upTo(4_000),
        modifyMs: upTo(8_000),
        snapshotMs: upTo(40_000),
        lagMs: upTo(4_000),
      },
    );
    this.#never = new VolumeInvariants(this.world);
    this.#storm = new Storm(this.world, random, weather, {
      make: makeVolumeReconciler,
      refusalOf: (call) => (call.startsWith('volumes') ? 'agent_unreachable' : random.chance(0.3) ? 'aws_throttled' : 'aws_unavailable'),
    });
  }

  get log(): string[] {
    return this.#storm.log;
  }

  async run(): Promise<void> {
    this.#owner = await VolumeOwner.with(this.world, 'business');
    this.#volume = await this.#owner.create();
    for (let turns = 20 + this.random.below(40); turns > 0; turns -= 1) {
      await this.#turn();
      this.#never.check();
    }
    this.#storm.isOver = true;
    this.world.mounts.silent.clear();
    this.world.ebs.stuck.clear();
    await this.#compare();
    await this.#end();
  }

  async #turn(): Promise<void> {
    const dice = this.random.next();
    const host = this.random.below(hosts);
    if (dice < 0.1) await this.#wish(`want on ${host}`, () => this.#owner.want(this.#volume, host));
    else if (dice < 0.27) await this.#mount();
    else if (dice < 0.36) await this.#letGo();
    else if (dice < 0.39) await this.#wish('grow', async () => this.#owner.resize('data', Math.min((await this.#size()) + 1, 20)));
    else if (dice < 0.44) await this.#wish('back up', () => this.#owner.backUp('data'));
    else if (dice < 0.48) await this.#restore();
    else if (dice < 0.5) await this.#remove();
    else if (dice < 0.55) await this.#undelete();
    else if (dice < 0.58) await this.#lose(host);
    else if (dice < 0.61) this.#silence(await this.#owner.instanceOf(host));
    else if (dice < 0.64) this.#hang();
    else if (dice < 0.68) this.world.advance(this.random.below(120_000));
    else if (dice < 0.76) await Promise.all([this.#pass(0), this.#pass(1)]);
    else for (let count = this.random.below(12); count >= 0; count -= 1) await this.#pass(this.random.chance(0.5) ? 0 : 1);
  }

  /** Some wishes are refused, as they are to customers. */
  async #wish(text: string, act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act();
      this.log.push(text);
      return true;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.log.push(`${text}: ${error.code}`);
      return false;
    }
  }

  async #size(): Promise<number> {
    return (await this.#owner.look(this.#volume.id)).volume.sizeGib;
  }

  /** A container comes to run where the volume is attached, and writes. */
  async #mount(): Promise<void> {
    if (this.#isRemoved) return;
    let host = 0;
    while (host < hosts && !(await this.#owner.mount(this.#volume, host))) host += 1;
    if (host === hosts) return;
    const { ebsVolumeId } = await this.#owner.facts(this.#volume.id);
    this.#written = `written ${this.world.ebs.now()}`;
    this.world.ebs.write(ebsVolumeId ?? '', 1, this.#written);
    this.log.push(`mounted on ${host}: ${this.#written}`);
  }

  async #letGo(): Promise<void> {
    this.world.mounts.stopContainers(this.#volume.id);
    this.log.push('containers end');
    if (this.random.chance(0.5)) return;
    for (let host = 0; host < hosts; host += 1) await this.#owner.letGo(this.#volume, host);
    this.log.push('let go');
  }

  async #restore(): Promise<void> {
    const completed = (await this.#owner.backups(this.#volume.id)).filter(({ state }) => state === 'completed');
    const backup = completed[this.random.below(Math.max(completed.length, 1))];
    if (!backup) return;
    if (!(await this.#wish(`restore ${backup.kind}`, () => this.#owner.restore(backup.id)))) return;
    this.#isRemoved = false;
    this.#written = null;
  }

  async #remove(): Promise<void> {
    if (await this.#wish('remove', () => this.#owner.remove('data'))) this.#isRemoved = true;
  }

  async #undelete(): Promise<void> {
    if (this.#isRemoved && (await this.#wish('undelete', () => this.#owner.undelete('data')))) this.#isRemoved = false;
  }

  async #lose(host: number): Promise<void> {
    const lost = await this.#owner.instanceOf(host);
    const instance = this.world.cloud.instances.find(({ id, state }) => id === lost && state === 'running');
    if (!instance) return;
    this.world.cloud.lose(instance);
    this.log.push(`machine ${host} is lost`);
    await this.#owner.settleCluster();
  }

  #silence(instanceId: string): void {
    if (!this.world.mounts.silent.delete(instanceId)) this.world.mounts.silent.add(instanceId);
    this.log.push(`agent of ${instanceId} falls silent, or speaks again`);
  }

  #hang(): void {
    const [disk] = this.world.ebs.alive();
    if (!disk) return;
    if (!this.world.ebs.stuck.delete(disk.id)) this.world.ebs.stuck.add(disk.id);
    this.log.push(`${disk.id} hangs, or goes on`);
  }

  async #pass(index: 0 | 1): Promise<string> {
    const outcome = await this.#storm.pass(index, this.#volume.id);
    if (outcome === 'process ended') await this.world.expireLease(this.#volume.id);
    return outcome;
  }

  async #settle(): Promise<string[]> {
    await this.world.expireLease(this.#volume.id);
    const outcomes: string[] = [];
    for (let passes = 0; passes < 400; passes += 1) {
      const outcome = await this.#pass(0);
      this.#never.check();
      outcomes.push(outcome);
      if (outcome === 'done') return outcomes;
    }
    return outcomes;
  }

  async #compare(): Promise<void> {
    this.world.mounts.stopContainers(this.#volume.id);
    const last = (await this.#settle()).at(-1);
    // Whose thaw was lost, thaws by itself.
    this.world.advance(freezeMs);
    const { volume, facts } = await this.#owner.look(this.#volume.id);
    const disks = this.world.ebs.alive().filter(({ deletedAt }) => deletedAt === null);
    const found = {
      last,
      disks: disks.map(({ spec }) => spec.generation),
      attached: disks.map(({ attachment }) => attachment?.instanceId ?? null),
      content: this.#written === null ? null : (disks[0]?.content.get(1)?.toString() ?? null),
      facts: facts?.state,
      sizeGib: disks.map(({ sizeGib }) => sizeGib),
      open: (await this.#owner.backups(volume.id)).filter(({ state }) => ['requested', 'pending'].includes(state)).length,
      frozen: this.world.mounts.frozen(),
    };
    const index = await this.#wantedIndex(volume);
    const instanceId = index === null ? null : await this.#owner.instanceOf(index);
    const wanted = this.#isRemoved
      ? { last: 'done', disks: [], attached: [], content: null, facts: 'deleted', sizeGib: [], open: 0, frozen: [] }
      : {
          last: 'done',
          disks: [volume.generation],
          attached: [instanceId],
          content: this.#written,
          facts: instanceId === null ? 'available' : 'attached',
          sizeGib: [volume.sizeGib],
          open: 0,
          frozen: [],
        };
    const [a, b] = [JSON.stringify({ ...found, content: this.#isRemoved ? null : found.content }), JSON.stringify(wanted)];
    if (a !== b) throw new Error(`found  ${a}\nwanted ${b}\n${JSON.stringify(facts)}`);
  }

  async #wantedIndex(volume: Volume): Promise<number | null> {
    for (let index = 0; index < hosts; index += 1) if ((await this.#owner.hostId(index)) === volume.wantedHostId) return index;
    return null;
  }

  /** Everything is removed; nothing is left but kept backups, and in the end not even those. */
  async #end(): Promise<void> {
    if (!this.#isRemoved) {
      for (let host = 0; host < hosts; host += 1) await this.#owner.letGo(this.#volume, host);
      await this.#settle();
      await this.#owner.remove('data');
    }
    await this.#settle();
    const kept = (await this.#owner.backups(this.#volume.id))
      .filter(({ state }) => state === 'completed')
      .map(({ snapshotId }) => snapshotId);
    const left = this.world.ebs.snapshots.map(({ id }) => id).filter((id) => !kept.includes(id));
    if (this.world.ebs.alive().some(({ deletedAt }) => deletedAt === null)) throw new Error('a disk is left');
    this.log.push(`snapshots for the orphan sweep: ${left.length}`);
    this.world.advance(40 * 86_400_000);
    await this.#settle();
    const { facts } = await this.#owner.look(this.#volume.id);
    if (!facts?.forgottenAt) throw new Error(`not forgotten: ${JSON.stringify(facts)}`);
    if (this.world.ebs.snapshots.some(({ id }) => kept.includes(id))) throw new Error('a snapshot of an expired backup is left');
  }
}
