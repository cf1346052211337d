import type { LogCursor } from '@dockhero/database/log-cursor-store';
import { ContainerWatch } from '@dockhero/docker/container-watch';
import pino from 'pino';
import { Registry } from 'prom-client';
import { DrainMetrics } from '../drain-metrics.js';
import { ContainerFollower, type ContainerServices } from '../follow/follow-container.js';
import { OpeningTurns } from '../follow/opening-turns.js';
import { RecordingAppLog } from './recording-app-log.js';
import type { StandInContainer } from './stand-in-container.js';
import { StandInDocker } from './stand-in-docker.js';

export const hostId = '11111111-1111-4111-8111-111111111111';

/** One host, and followers of its containers that bring to one log. */
export class Following {
  readonly log = new RecordingAppLog();
  readonly metrics = new DrainMetrics(new Registry());
  readonly logger = pino({ level: 'silent' });
  readonly watch: ContainerWatch;
  turns = new OpeningTurns(32);
  readonly #followers: ContainerFollower[] = [];

  private constructor(readonly docker: StandInDocker) {
    this.watch = new ContainerWatch(docker.engine.port);
  }

  static async start(): Promise<Following> {
    return new Following(await StandInDocker.start());
  }

  get services(): ContainerServices {
    const { docker, log, metrics, logger, watch, turns } = this;
    const dockerPort = docker.engine.port;
    return { watch, connect: async () => docker.engine.connection, log: log.port, metrics, logger, dockerPort, turns };
  }

  follow({ id, name, labels, isRunning }: StandInContainer, cursor: LogCursor | null = null, fromAt = ''): ContainerFollower {
    const summary = { id, name, labels, isRunning };
    const follower = new ContainerFollower(summary, hostId, `dockhero.${name}`, cursor, fromAt, null, this.services);
    this.#followers.push(follower);
    return follower;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#followers.map((follower) => follower.stop()));
    this.watch.close();
    await this.docker.stop();
  }
}

export function numbered(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `line ${String(from + index)}`);
}

/** Pieces of long lines put together, and what repeats in them told by its number: for failures that can be read. */
export function joined(texts: readonly string[]): string {
  const whole = texts.join('').replaceAll('…', '');
  return whole.replaceAll(/(.)\1{9,}/g, (run, letter: string) => `[${String(run.length)} ${letter}]`);
}
