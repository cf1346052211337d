// Postgres and Redis for a test run: started once, in a folder of their own, stopped and removed at the end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from './postgres.mjs';
import { startRedis } from './redis.mjs';

export default async function setup(project) {
  const folder = mkdtempSync(join(tmpdir(), 'dockhero-test-'));
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: false, database: 'template_dockhero' });
  const redis = await startRedis({ dataDir: join(folder, 'redis'), durable: false }).catch(async (error) => {
    await postgres.stop(); // nobody calls what is returned below
    throw error;
  });
  project.provide('templateDatabaseUrl', postgres.url);
  project.provide('redisUrl', redis.url);
  return async () => {
    await redis.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
