// Stand-ins for the agents of many hosts, a process of its own: one port, the address says which host is meant. Answers every request over mutual
// TLS with figures as the agent has them, as cheaply as Node can: what this process uses is not what is measured.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:tls';
import { agentText } from '../../apps/monitor/src/testing/agent-text.ts';
import { answerParent } from '../log-drain/helper.mjs';

/** What an agent says beside what the monitor reads, and three containers more: the answer is as long as that of a host in use. */
const more = [
  ...['MemFree', 'MemAvailable', 'Buffers', 'Cached', 'SReclaimable', 'Shmem', 'SwapTotal', 'SwapFree'].map(
    (name) => `# TYPE node_memory_${name}_bytes gauge\nnode_memory_${name}_bytes 2147483648`,
  ),
  ...['0', '1'].flatMap((cpu) =>
    ['nice', 'irq', 'softirq', 'steal', 'guest_nice'].map((mode) => `node_cpu_seconds_total{cpu="${cpu}",mode="${mode}"} 12.34`),
  ),
  ...['node_load5', 'node_load15', 'node_boot_time_seconds', 'node_time_seconds', 'node_vmstat_oom_kill', 'node_vmstat_pgmajfault'].map(
    (name) => `# TYPE ${name} gauge\n${name} 123.25`,
  ),
  ...['waiting', 'stalled'].map(
    (name) => `# TYPE node_pressure_memory_${name}_seconds_total counter\nnode_pressure_memory_${name}_seconds_total 0`,
  ),
  ...['worker.1', 'redis.1', 'cron.1'].map((container) => {
    const labels = `{container="${container}",workload="${container.split('.')[0]}"}`;
    return `dockhero_container_memory_usage_bytes${labels} 104857600
dockhero_container_memory_limit_bytes${labels} 536870912
dockhero_container_cpu_seconds_total${labels} 345.67
dockhero_container_disk_bytes${labels} 1048576
dockhero_container_healthy${labels} 1
dockhero_workload_starts_total{workload="${container.split('.')[0]}"} 1
dockhero_workload_failures_total{workload="${container.split('.')[0]}"} 0
dockhero_workload_oom_kills_total{workload="${container.split('.')[0]}"} 0`;
  }),
  ...['dockhero_ballast_bytes', 'process_resident_memory_bytes', 'process_cpu_seconds_total'].map(
    (name) => `# TYPE ${name} gauge\n${name} 1`,
  ),
].join('\n');

const bundleHash = createHash('sha256').digest('hex');
const memory = new Map();
const seen = { looks: 0, resumed: 0 };
const jumpedAt = new Map();
/** The agent looks once a second: a jump is seen that much later at most. */
const grainSeconds = 1;
/** By memory ratio and since when: made anew each second, so that counters move. */
let answers = { second: 0, byMemory: new Map() };
let port = 0;

function answerWith(ratio, sinceMs = Date.now()) {
  const second = Math.floor(Date.now() / 1_000);
  if (answers.second !== second) answers = { second, byMemory: new Map() };
  const memoryForSeconds = Math.floor((Date.now() - sinceMs) / 1_000) - grainSeconds;
  const key = `${ratio} ${memoryForSeconds}`;
  let answer = answers.byMemory.get(key);
  if (!answer) {
    const text = `${agentText({ memory: ratio, memoryForSeconds, cpuSeconds: second, receivedBytes: second * 1_000 }).replace('abc', bundleHash)}${more}\n`;
    const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n`;
    answer = Buffer.from(head + text);
    answers.byMemory.set(key, answer);
  }
  return answer;
}

function serve(socket) {
  seen.looks += 1;
  if (socket.isSessionReused()) seen.resumed += 1;
  let read = '';
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    read += bytes.toString('latin1');
    if (!read.endsWith('\r\n\r\n')) return;
    read = '';
    socket.write(answerWith(memory.get(socket.localAddress) ?? 0.5, jumpedAt.get(socket.localAddress)));
  });
}

answerParent(
  {},
  {
    /** @param values.port of another process with other addresses; 0: any. */
    async listen({ hosts, key, ca, port: wanted }) {
      port = wanted;
      for (const { address, cert } of hosts) {
        const server = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' });
        server.on('tlsClientError', () => {});
        server.on('secureConnection', serve);
        server.listen({ port, host: address, backlog: 4_096 });
        await once(server, 'listening');
        port = server.address().port;
      }
      return port;
    },
    /** Of all these hosts at once. @returns when, in milliseconds. */
    jump({ addresses, ratio }) {
      const now = Date.now();
      for (const address of addresses) {
        memory.set(address, ratio);
        jumpedAt.set(address, now);
      }
      return now;
    },
    seen: () => ({
      ...seen,
      cpuSeconds: Object.values(process.cpuUsage()).reduce((sum, us) => sum + us, 0) / 1e6,
      answerBytes: answerWith(0.5).length,
    }),
  },
);
