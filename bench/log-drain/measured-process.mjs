// The compiled drain, or its peer, as a process of its own, and what the kernel knows of it.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../scripts/services/run-service.mjs';
import { encryptionKeys } from './seed.mjs';

const ticksPerSecond = 100; // USER_HZ, on every Linux that Node runs on
/** As deploy/log-drain.Dockerfile has it; `BENCH_NODE_ARGS` puts others in its place. */
const nodeOptions = process.env.BENCH_NODE_ARGS?.split(' ') ?? ['--max-semi-space-size=2', '--heap-growing-percent=30'];
/** One batch of either: 512 KiB at most. */
const batchBytes = 512 * 1024;

/** Starts the drain; it follows what the database has. */
export async function startDrain({ folder, databaseUrl, redisUrl, dockerPort }) {
  const port = await freePort();
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    PORT: String(port),
    LISTEN_HOST: '127.0.0.1',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    ENCRYPTION_KEYS: encryptionKeys,
    DOCKER_PORT: String(dockerPort),
    LINES_PER_SECOND_MAX: '10000000',
  };
  const main = fileURLToPath(new URL('../../apps/log-drain/dist/main.js', import.meta.url));
  const drain = start('drain', process.execPath, [...nodeOptions, main], folder, env);
  await drain.until(async () => (await fetch(`http://127.0.0.1:${port}/ready`).catch(() => null))?.ok);
  return drain;
}

/**
 * Debian's syslog-ng, which follows a file and posts its lines, with a buffer on the disk. It has the easier task: no TLS, no chunks or frames to
 * take off, no octet count to put on. By default it looks at a file once a second and sends without haste; here it has our delays.
 */
export async function startPeer({ folder, file, sinkPort }) {
  const config = join(folder, 'syslog-ng.conf');
  writeFileSync(
    config,
    `@version: 3.38
options { stats-freq(0); use-dns(no); keep-hostname(yes); };
source lines { file("${file}" follow-freq(0.01) flags(no-parse) log-iw-size(10000) log-fetch-limit(2000)); };
destination sink {
  http(
    url("http://127.0.0.1:${sinkPort}/logs") method("POST") body("\${MESSAGE}") delimiter("\\n")
    batch-lines(2500) batch-bytes(${batchBytes}) batch-timeout(10) workers(1)
    disk-buffer(reliable(yes) disk-buf-size(536870912) mem-buf-size(16777216) dir("${folder}"))
  );
};
log { source(lines); destination(sink); flags(flow-control); };
`,
  );
  const at = (name) => join(folder, `syslog-ng.${name}`);
  const args = ['--foreground', '--no-caps', '-f', config, '-R', at('persist'), '-c', at('ctl'), '-p', at('pid')];
  const peer = start('syslog-ng', '/usr/sbin/syslog-ng', args, folder, { PATH: process.env.PATH });
  await sleep(1_000);
  await peer.until(() => true);
  return peer;
}

/** @param folder gets what it prints: a file, because reading a pipe would be our own work. */
export function start(name, file, args, folder, env) {
  const logFile = join(folder, `${name}.log`);
  const output = openSync(logFile, 'a');
  const child = spawn(file, args, { env, stdio: ['ignore', output, output] });
  closeSync(output);
  const gone = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
  const { pid } = child;
  const hasEnded = () => pid === undefined || child.exitCode !== null || child.signalCode !== null;
  return {
    name,
    /** Seconds of processor that the process has used so far, all threads. */
    cpuSeconds() {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
      return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
    },
    rssMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1_024,
    async until(probe, ms = 30_000) {
      for (const end = Date.now() + ms; Date.now() < end; await sleep(50)) {
        if (hasEnded()) throw new Error(`${name} ended:\n${readFileSync(logFile, 'utf8').slice(-4_000)}`);
        if (await probe()) return;
      }
      throw new Error(`${name} is not where it should be after ${ms} ms:\n${readFileSync(logFile, 'utf8').slice(-4_000)}`);
    },
    async stop() {
      if (hasEnded()) return;
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await gone;
      clearTimeout(killer);
    },
  };
}
