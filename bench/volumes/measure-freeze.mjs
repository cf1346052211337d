// How long a backup holds back the writes of a container that writes without pause, by the agent's own clock (`frozen_ms` of the backup).
import { backUp, median } from './customer.mjs';

const writers = {
  // As a database does: small pieces, each on the disk before the next.
  'small synced writes': 'while true; do dd if=/dev/zero of=/data/log bs=8k count=1 conv=fsync,notrunc 2>/dev/null; done',
  // As a copy does: as fast as memory takes it.
  'a file of 256 MiB, over and over': 'while true; do dd if=/dev/zero of=/data/big bs=1M count=256 conv=notrunc 2>/dev/null; done',
};

export async function measureFreeze(customer, database, runs) {
  const results = {};
  for (const [writer, script] of Object.entries(writers)) {
    const volume = `busy${Object.keys(results).length}`;
    await customer.docker('volume', 'create', '-d', 'dockhero', '-o', 'size=1', volume);
    await customer.docker('run', '-d', '--name', volume, '-v', `${volume}:/data`, 'busybox', 'sh', '-c', script);
    const frozen = [];
    for (let run = 0; run < runs; run += 1) {
      const { frozen_ms: ms, consistency } = await backUp(customer, database, volume);
      frozen.push({ ms, consistency });
      process.stdout.write(`freeze, ${writer}: ${ms} ms, ${consistency}\n`);
    }
    await customer.docker('rm', '-f', volume);
    const held = frozen.filter(({ consistency }) => consistency === 'filesystem').map(({ ms }) => ms);
    results[writer] = { runs, held: held.length, medianMs: median(held), maxMs: Math.max(...held), frozen };
  }
  return results;
}
