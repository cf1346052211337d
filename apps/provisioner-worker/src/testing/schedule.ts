import type { ErrorCode } from '@dockhero/domain/errors';
import { planBySlug } from '@dockhero/domain/plan';
import type { OAuthGrant } from '@dockhero/domain/resource';
import type { Random } from './random.js';
import { Storm } from './storm.js';
import { makeReconciler, publicUrl } from './worker.js';
import { World, type TestStorage } from './world.js';

const weather = { crash: 0.02, lostAnswer: 0.04, refusal: 0.03, crashInQueries: 0.04, queries: 25 };

/**
 * One life of one resource under a random schedule: Heroku posts, repeats, changes the plan and removes; two workers make passes, alone
 * and side by side; processes end in the middle of calls and queries, answers are lost, listings lag. Then the weather clears, and
 * what is left is compared with what is wanted.
 */
export class Schedule {
  readonly world: World;
  readonly #storm: Storm;
  #id = '';
  #plan: string;
  #grant: OAuthGrant | null = null;
  #isRemoved = false;

  constructor(
    storage: TestStorage,
    private readonly random: Random,
    plans: readonly string[],
  ) {
    const upTo = (ms: number) => (random.chance(0.3) ? 0 : random.below(ms));
    this.world = new World(storage, { runMs: upTo(3_000), stopMs: upTo(2_000), endMs: upTo(5_000), lagMs: upTo(8_000) });
    this.world.hosts.bootMs = upTo(3_000);
    this.#plan = plans[random.below(plans.length)] ?? '';
    if (random.chance(0.2)) this.world.cloud.full.add('t3.micro/subnet-a').add('t3.micro/subnet-b');
    this.#storm = new Storm(this.world, random, weather, { make: makeReconciler, refusalOf });
  }

  get log(): string[] {
    return this.#storm.log;
  }

  async run(): Promise<void> {
    const sold = this.world.heroku.sell();
    this.#id = sold.addon.id;
    this.#grant = sold.grant;
    await this.#post();
    for (let turns = 5 + this.random.below(15); turns > 0; turns -= 1) await this.#turn();
    this.#storm.isOver = true;
    if (!this.#isRemoved && this.random.chance(0.4)) await this.#remove();
    await this.#settle();
    await this.#compare();
  }

  async #turn(): Promise<void> {
    const dice = this.random.next();
    if (dice < 0.06) await this.#post();
    else if (dice < 0.1) await this.#remove();
    else if (dice < 0.14) await this.#changePlan();
    else if (dice < 0.17) await this.#rotate();
    else if (dice < 0.22) this.world.advance(this.random.below(8_000));
    else if (dice < 0.35) await Promise.all([this.#pass(0), this.#pass(1)]);
    else await this.#pass(this.random.chance(0.5) ? 0 : 1);
  }

  async #pass(index: 0 | 1): Promise<string> {
    const outcome = await this.#storm.pass(index, this.#id);
    if (outcome.startsWith('waiting')) this.world.advance(this.random.below(4_000)); // the queue is late, as queues are
    // The lease of a process that has ended ends by time, unless the other worker holds it by now.
    if (outcome === 'process ended' && (this.random.chance(0.7) || this.#storm.isOver)) await this.world.expireLease(this.#id);
    return outcome;
  }

  async #post(): Promise<void> {
    if (this.random.chance(0.3)) this.#grant = this.world.heroku.grant(this.#id);
    this.log.push('post');
    await this.world.deliver(this.#id, this.#plan, this.#grant);
  }

  async #remove(): Promise<void> {
    this.log.push('remove');
    this.#isRemoved = true;
    const addon = this.world.heroku.addons.get(this.#id);
    if (addon) this.world.heroku.deprovision(addon);
    if (!(await this.world.resources.bury(this.#id))) await this.world.resources.remove(this.#id);
  }

  async #changePlan(): Promise<void> {
    const [from, to] = [this.#plan, this.#plan === 'hobby' ? 'standard' : 'hobby'];
    if (this.#plan === 'business' || this.#isRemoved) return;
    this.log.push(`plan ${to}`);
    if (await this.world.resources.changePlan(this.#id, from, to)) this.#plan = to;
  }

  async #rotate(): Promise<void> {
    const isNew = await this.world.resources.rotateConfigToken(this.#id);
    this.log.push(isNew ? 'new config url' : 'new config url asked for again');
  }

  /** Fair weather: passes until there is nothing to do. A grant that was spent in vain is followed by a new one from Heroku. */
  async #settle(): Promise<void> {
    await this.world.expireLease(this.#id);
    for (let passes = 0; passes < 150; passes += 1) {
      const outcome = await this.#pass(0);
      if (outcome === 'done') return;
      if (outcome === 'failed: grant_expired') {
        this.#grant = this.world.heroku.grant(this.#id);
        await this.world.deliver(this.#id, this.#plan, this.#grant);
      }
    }
    throw new Error('does not settle');
  }

  async #compare(): Promise<void> {
    const { cloud, heroku } = this.world;
    const { facts } = await this.world.facts(this.#id);
    const addon = heroku.addons.get(this.#id);
    const alive = cloud.alive(this.#id);
    const found = {
      instances: alive.map(
        ({ state, instanceType }) => `${state} ${planBySlug(this.#plan).instanceTypes.includes(instanceType) ? 'fits' : instanceType}`,
      ),
      addresses: cloud.addresses.length,
      groups: cloud.groups.length,
      connected: cloud.addresses.filter(({ instanceId }) => alive.some(({ id }) => id === instanceId)).length,
      isSettled: this.#isRemoved ? facts?.removedAt !== null : facts?.provisionedAt !== null && facts?.attentionCode === null,
      configUrl: addon?.config.get('DOCKHERO_CONFIG_URL') === (await this.#desiredConfigUrl()),
      toldProvisioned: addon?.provisionCalls,
      toldDeprovisioned: addon?.deprovisionCalls,
    };
    const { hostCount } = planBySlug(this.#plan);
    const wanted = this.#isRemoved
      ? {
          instances: [],
          addresses: 0,
          groups: 0,
          connected: 0,
          isSettled: true,
          configUrl: false,
          toldProvisioned: Math.min(addon?.provisionCalls ?? 0, 1),
          toldDeprovisioned: 0,
        }
      : {
          instances: Array<string>(hostCount).fill('running fits'),
          addresses: hostCount,
          groups: 1,
          connected: hostCount,
          isSettled: true,
          configUrl: true,
          toldProvisioned: 1,
          toldDeprovisioned: 0,
        };
    const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
    if (a !== b) throw new Error(`found  ${a}\nwanted ${b}`);
  }

  /** Null once the resource is removed, and Heroku's app with it. */
  async #desiredConfigUrl(): Promise<string | null> {
    const current = await this.world.resources.configToken(this.#id);
    return current && `${publicUrl}/c/${current.token.reveal()}`;
  }
}

function refusalOf(call: string): ErrorCode {
  if (call.startsWith('docker')) return 'docker_unreachable';
  if (call.startsWith('agent')) return 'agent_unreachable';
  return /identity|platform/.test(call) ? 'heroku_unavailable' : 'aws_unavailable';
}
