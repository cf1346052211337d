import { randomUUID } from 'node:crypto';
import { AuditLog } from '@dockhero/database/audit-log';
import { openDatabase } from '@dockhero/database/client';
import { ClusterAuthorityStore } from '@dockhero/database/cluster-authority-store';
import { DutyMembers } from '@dockhero/database/duty-members';
import { HostLeaseStore } from '@dockhero/database/host-lease-store';
import { HostSourceStore } from '@dockhero/database/host-source-store';
import { LogCursorStore } from '@dockhero/database/log-cursor-store';
import { LogInputStore } from '@dockhero/database/log-input-store';
import { LogLagStore } from '@dockhero/database/log-lag-store';
import { SecretBox } from '@dockhero/database/secret-box';
import { ContainerWatch } from '@dockhero/docker/container-watch';
import { ControlPlaneCredentials } from '@dockhero/docker/control-plane-credentials';
import { HoldHosts } from '@dockhero/domain/sharing/hold-hosts';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import { Connections } from './connections.js';
import { BufferPool } from './deliver/buffer-pool.js';
import { CursorCommits } from './deliver/commit-cursors.js';
import { CopyBudget } from './deliver/copy-budget.js';
import { LaneBudget } from './deliver/lane.js';
import { LogInputs } from './deliver/log-inputs.js';
import { LogplexClient } from './deliver/post-batch.js';
import { DrainMetrics } from './drain-metrics.js';
import type { Env } from './env.js';
import { LogDrain } from './log-drain.js';
import { OpeningTurns } from './follow/opening-turns.js';
import { SeldomDoorbell } from './seldom-doorbell.js';
import { FollowedHosts } from './share/followed-hosts.js';
import { LagNotes } from './share/lag-notes.js';

const mebibyte = 1024 * 1024;
/** For copies that wait for attached apps. */
const copyMebibytes = 16;
/** Connections to hosts that are being opened at once: each costs some milliseconds of processor. */
const openingMax = 32;

/** Wiring only. */
@Module({})
export class AppModule {
  static with(env: Env, logger: Logger): DynamicModule {
    const database = openDatabase({ url: env.DATABASE_URL, poolSize: env.DATABASE_POOL });
    const doorbell = new SeldomDoorbell(env.REDIS_URL, logger);
    const box = new SecretBox(env.ENCRYPTION_KEYS);
    const memberId = `${env.MEMBER_NAME}-${randomUUID()}`;
    const metrics = new DrainMetrics();
    const pool = new BufferPool(env.BUFFER_MIB * mebibyte);
    const logplex = new LogplexClient();
    const watch = new ContainerWatch(env.DOCKER_PORT);
    const authorities = new ClusterAuthorityStore(database, box);
    const cursors = new LogCursorStore(database);
    const inputs = new LogInputs(new LogInputStore(database, box), doorbell, metrics, logger);
    const hosts = new FollowedHosts({
      budget: new LaneBudget(pool),
      copyBudget: new CopyBudget(copyMebibytes * mebibyte),
      inputs,
      commits: new CursorCommits(cursors, memberId, logger),
      logplex,
      metrics,
      logger,
      linesPerSecondMax: env.LINES_PER_SECOND_MAX,
      watch,
      credentials: new ControlPlaneCredentials((id) => authorities.read(id)),
      cursors,
      audit: new AuditLog(database),
      memberId,
      dockerPort: env.DOCKER_PORT,
      turns: new OpeningTurns(openingMax),
    });
    const hold = new HoldHosts({
      memberId,
      members: new DutyMembers(database, 'log'),
      leases: new HostLeaseStore(database, 'log'),
      sources: new HostSourceStore(database),
      hosts,
      warn: (error, message) => logger.warn({ error }, message),
      onHeld: (count) => metrics.hosts.set(count),
    });
    const lag = new LagNotes(new LogLagStore(database), memberId, logger);
    return {
      module: AppModule,
      providers: [
        { provide: Connections, useFactory: () => new Connections(database, doorbell) },
        { provide: LogDrain, useFactory: () => new LogDrain(hold, hosts, inputs, { pool, logplex, watch }, lag, metrics) },
      ],
    };
  }
}
