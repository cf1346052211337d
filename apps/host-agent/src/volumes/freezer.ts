import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FrozenVolume, ThawedVolume } from '@dockhero/contracts/agent-volumes';
import type { DockerApi } from '../docker/docker-api.js';
import { fieldsOf, listOf, textOf } from '../docker/read-json.js';
import { reasonOf, type Log } from '../log.js';
import { readState, writeState } from '../state-file.js';
import { runHook, type BackupHook } from './backup-hooks.js';
import type { Mounts } from './mounts.js';
import { runProgram } from './run-program.js';
import { listVolumeUsers } from './running-containers.js';
import { startThawGuard, type ThawGuard } from './thaw-guard.js';

const hookLabels = { pre: 'dockhero.backup.pre', post: 'dockhero.backup.post' } as const;
/** What is in memory is written out before, while containers may go on writing; a disk too slow for that is frozen all the same. */
const writeOutMsMax = 4_000;
/** Later than the guard: only to run the hooks that nobody asked for. */
const afterGuardMs = 500;
/** How long the answer to a thaw waits for the hooks after it. The control plane waits ten seconds for the answer. */
const toldWithinMs = 5_000;

interface Freeze {
  readonly id: string;
  readonly name: string;
  readonly post: readonly BackupHook[];
  readonly maxMs: number;
  beganAt: number;
  guard: ThawGuard | null;
  timer: NodeJS.Timeout | null;
  /** Set when it was ended. */
  end: Promise<Ended> | null;
}

interface Ended {
  readonly held: boolean;
  readonly frozenMs: number;
  /** Of the hooks after it. */
  readonly posts: readonly RunningHook[];
}

interface RunningHook {
  readonly name: string;
  /** Why it did not work; null: it did. Never rejects. */
  readonly failure: Promise<string | null>;
}

export interface FreezerContext {
  readonly docker: DockerApi;
  readonly driver: string;
  readonly mounts: Mounts;
  /** On a tmpfs. */
  readonly dir: string;
  readonly log: Log;
}

/** Holds back writes for the moment of a snapshot, never longer than was asked: another process sees to that. */
export class Freezer {
  readonly #open = new Map<string, Freeze>();
  readonly #posts = new Set<Promise<void>>();

  constructor(private readonly context: FreezerContext) {}

  /** After a start: thaws every volume, and runs the hooks that an agent before us could not. */
  async recover(): Promise<void> {
    const { mounts, dir, log } = this.context;
    for (const name of mounts.names()) if (await mounts.thaw(name)) log(`volume ${name} was frozen: thawed`);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    for (const file of readdirSync(dir)) {
      const hooks = listOf(fieldsOf(readState(path.join(dir, file))).post);
      this.#runPost(
        file.slice(0, -'.json'.length),
        hooks.map(({ containerId, name, command }) => ({ containerId: textOf(containerId), name: textOf(name), command: textOf(command) })),
      );
    }
  }

  /** The volume must be mounted. Never throws: what was not reached is told. */
  async freeze(name: string, maxMs: number): Promise<FrozenVolume> {
    for (const other of this.#open.values()) if (other.name === name) await this.#end(other);
    const failures: string[] = [];
    const users = await listVolumeUsers(this.context.docker, this.context.driver).catch((error: unknown) => {
      failures.push(`no hooks were run: ${reasonOf(error)}`);
      return [];
    });
    const hooks = (label: string): BackupHook[] =>
      users.flatMap(({ containerId, name: container, labels, volumes }) => {
        const command = labels[label];
        return command && volumes.includes(name) ? [{ containerId, name: container, command }] : [];
      });
    const freeze: Freeze = { id: randomUUID(), name, post: hooks(hookLabels.post), maxMs, beganAt: 0, guard: null, timer: null, end: null };
    this.#open.set(freeze.id, freeze);
    // Before the hooks: whatever they began is ended after a crash, too.
    writeState(this.#file(freeze.id), { name, post: freeze.post });
    const pre = hooks(hookLabels.pre);
    const running = pre.map((hook) => runHook(this.context.docker, hook));
    const [failed] = await Promise.all([Promise.all(running), this.#writeOut(name)]);
    failures.push(...failed.filter((failure) => failure !== null));
    const isPrepared = pre.length > 0 && failures.length === 0;
    const failure = await this.#hold(freeze);
    freeze.timer = setTimeout(() => void this.#end(freeze), maxMs + afterGuardMs);
    if (failure !== null) failures.push(failure);
    return {
      consistency: failure !== null ? 'crash' : isPrepared ? 'application' : 'filesystem',
      freeze_id: freeze.id,
      detail: failures.length > 0 ? `${failures.join('; ')}.` : null,
    };
  }

  /** Of a freeze that has ended already, or that an agent before us began: it was not held. */
  async thaw(id: string): Promise<ThawedVolume> {
    const freeze = this.#open.get(id);
    if (!freeze) return { held: false, frozen_ms: 0, detail: null };
    const isOver = freeze.end !== null;
    const { held, frozenMs, posts } = await this.#end(freeze);
    this.#open.delete(id);
    const late = ({ name }: RunningHook): Promise<string> =>
      delay(toldWithinMs, `the hook of ${name} took more than ${toldWithinMs / 1000} s`, { ref: false });
    const told = await Promise.all(posts.map((post) => Promise.race([post.failure, late(post)])));
    const failures = told.filter((failure) => failure !== null);
    return { held: held && !isOver, frozen_ms: frozenMs, detail: failures.length > 0 ? `${failures.join('; ')}.` : null };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#open.values()].map((freeze) => this.#end(freeze)));
    await Promise.all(this.#posts);
  }

  /** A freeze lasts as long as it takes to write out what is in memory: the less that is, the shorter. Nothing depends on it. */
  async #writeOut(name: string): Promise<void> {
    await runProgram('sync', ['--file-system', this.context.mounts.placeOf(name)], writeOutMsMax).catch((error: unknown) =>
      this.context.log(`volume ${name} was not written out before its backup: ${reasonOf(error)}`),
    );
  }

  /** @returns why it is not frozen. */
  async #hold(freeze: Freeze): Promise<string | null> {
    const place = this.context.mounts.placeOf(freeze.name);
    freeze.beganAt = performance.now();
    try {
      freeze.guard = await startThawGuard(place, freeze.maxMs);
      freeze.beganAt = performance.now();
      const { code, words } = await runProgram('fsfreeze', ['--freeze', place], freeze.maxMs);
      return code === 0 ? null : `the file system was not frozen: ${words}`;
    } catch (error) {
      return `the file system was not frozen: ${reasonOf(error)}`;
    }
  }

  #end(freeze: Freeze): Promise<Ended> {
    freeze.end ??= this.#thaw(freeze);
    return freeze.end;
  }

  async #thaw(freeze: Freeze): Promise<Ended> {
    if (freeze.timer) clearTimeout(freeze.timer);
    const held = await this.context.mounts.thaw(freeze.name).catch(() => false);
    const elapsedMs = Math.round(performance.now() - freeze.beganAt);
    // A thaw that failed may be too early, within a freezing that takes long: then the guard is still needed.
    if (held) freeze.guard?.end();
    const posts = this.#runPost(freeze.id, freeze.post);
    // An answer that nobody fetches is not kept for ever.
    setTimeout(() => this.#open.delete(freeze.id), 60_000).unref();
    return { held, frozenMs: held ? elapsedMs : Math.min(elapsedMs, freeze.maxMs), posts };
  }

  /** What was frozen is free already. */
  #runPost(id: string, hooks: readonly BackupHook[]): RunningHook[] {
    const posts = hooks.map((hook) => ({ name: hook.name, failure: runHook(this.context.docker, hook) }));
    const run = this.#note(id, posts).finally(() => this.#posts.delete(run));
    this.#posts.add(run);
    return posts;
  }

  async #note(id: string, posts: readonly RunningHook[]): Promise<void> {
    for (const failure of await Promise.all(posts.map((post) => post.failure))) {
      if (failure !== null) this.context.log(`after a backup: ${failure}`);
    }
    rmSync(this.#file(id), { force: true });
  }

  #file(id: string): string {
    return path.join(this.context.dir, `${id}.json`);
  }
}
