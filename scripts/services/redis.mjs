// Debian's redis-server on loopback: noeviction because BullMQ's keys must never be dropped, AOF because delayed jobs should survive.
import { mkdirSync } from 'node:fs';
import { freePort, portAnswers, spawnService, waitUntil } from './run-service.mjs';

/** @returns {Promise<{url: string, stop: () => Promise<void>, start: () => Promise<void>}>} */
export async function startRedis({ dataDir, port, durable = true, onSpawn = () => {} }) {
  const usedPort = port ?? (await freePort());
  mkdirSync(dataDir, { recursive: true });
  const persistence = durable ? ['--appendonly', 'yes'] : ['--appendonly', 'no'];
  let service;
  const start = async () => {
    service = spawnService('redis-server', [
      '--port',
      String(usedPort),
      '--bind',
      '127.0.0.1',
      '--dir',
      dataDir,
      '--save',
      '',
      '--maxmemory-policy',
      'noeviction',
      ...persistence,
    ]);
    onSpawn(service);
    await waitUntil(service, () => portAnswers(usedPort), 'Redis');
  };
  await start();
  return { url: `redis://127.0.0.1:${usedPort}/0`, stop: () => service.stop(), start };
}
