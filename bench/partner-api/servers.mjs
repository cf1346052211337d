// Starts the compiled partner API or its peer as a process of its own, and reads what the kernel knows of it.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort, portAnswers, waitUntil } from '../../scripts/services/run-service.mjs';

const files = {
  ours: fileURLToPath(new URL('../../apps/partner-api/dist/main.js', import.meta.url)),
  bare: fileURLToPath(new URL('./bare-fastify.mjs', import.meta.url)),
};
const ticksPerSecond = 100; // USER_HZ, on every Linux that Node runs on

export const slug = 'dockhero';
export const password = 'a-password-of-the-benchmark-only';

/** @param name `ours` or `bare`. @param logFile gets what the server prints: a file, because reading a pipe would be our own work. */
export async function startServer(name, { databaseUrl, redisUrl, pool, encryptionKeys, logFile, prepared = false }) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    PORT: String(port),
    LISTEN_HOST: '127.0.0.1',
    PUBLIC_URL: url,
    DATABASE_URL: databaseUrl,
    DATABASE_POOL: String(pool),
    REDIS_URL: redisUrl,
    ENCRYPTION_KEYS: encryptionKeys,
    ADDON_SLUG: slug,
    ADDON_PASSWORD: password,
    LOG_LEVEL: 'info',
    ...(prepared ? { BENCH_PREPARED: '1' } : {}),
  };
  const output = openSync(logFile, 'a');
  const child = spawn(process.execPath, [...(process.env.BENCH_NODE_ARGS?.split(' ') ?? []), files[name]], {
    env,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  await waitUntil({ child, tail: () => readFileSync(logFile, 'utf8').slice(-4_000) }, () => portAnswers(port), name);
  const { pid } = child;
  return {
    name,
    url,
    /** Seconds of processor that the process has used so far, all threads. */
    cpuSeconds() {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
      return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
    },
    rssMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1_024,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** Runs load.mjs to its end. */
export async function runLoad(options) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./load.mjs', import.meta.url)), JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`load ended with ${code}`);
  return JSON.parse(out);
}
