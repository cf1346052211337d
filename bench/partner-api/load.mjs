// A load of its own process over keep-alive connections: `closed` keeps every connection busy, `paced` sends at a fixed rate and counts
// the time from when a request was due, so that a stalled server cannot hide behind a load that waits for it.
import { randomUUID } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';

const { url, scenario, mode, connections, seconds, rate, authorization, tokens } = JSON.parse(process.argv[2]);
const { hostname, port } = new URL(url);
const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });

const scenarios = {
  provision() {
    const uuid = randomUUID();
    const body = JSON.stringify({
      uuid,
      name: `dockhero-curved-${uuid.slice(0, 8)}`,
      plan: 'hobby',
      region: 'amazon-web-services::us-east-1',
      callback_url: `https://api.heroku.com/addons/${uuid}`,
      oauth_grant: { type: 'authorization_code', code: randomUUID(), expires_at: new Date(Date.now() + 300_000).toISOString() },
      options: { 'region-pref': 'eu', verbose: 'true' },
      log_input_url: `https://token:t.${randomUUID()}@1.us.logplex.io/logs`,
    });
    return { method: 'POST', path: '/heroku/resources', body, expected: 202 };
  },
  status: () => ({ method: 'GET', path: `/c/${tokens[Math.floor(Math.random() * tokens.length)]}/status`, expected: 200 }),
  config: () => ({ method: 'GET', path: `/c/${tokens[Math.floor(Math.random() * tokens.length)]}`, expected: 200 }),
};

function call({ method, path, body, expected }) {
  return new Promise((resolve, reject) => {
    const headers = { accept: 'application/vnd.heroku-addons+json; version=3' };
    if (body) Object.assign(headers, { authorization, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    const request = httpRequest({ hostname, port, method, path, headers, agent, timeout: 10_000 }, (response) => {
      response.resume();
      response.once('end', () =>
        response.statusCode === expected ? resolve() : reject(new Error(`${method} answered ${response.statusCode}`)),
      );
    });
    request.once('error', reject).once('timeout', () => request.destroy(new Error('timed out')));
    request.end(body);
  });
}

const latencies = [];
let failures = 0;
async function one(due = performance.now()) {
  try {
    await call(scenarios[scenario]());
    latencies.push(performance.now() - due);
  } catch (error) {
    failures += 1;
    if (failures === 1) process.stderr.write(`${error.message}\n`);
  }
}

const from = performance.now();
const end = from + seconds * 1_000;
if (mode === 'closed') {
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) await one();
    }),
  );
} else {
  const pending = [];
  for (let due = from; due < end; due += 1_000 / rate) {
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    pending.push(one(due));
  }
  await Promise.all(pending);
}
const elapsed = (performance.now() - from) / 1_000;
latencies.sort((a, b) => a - b);
const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? null;
process.stdout.write(
  JSON.stringify({ requests: latencies.length, failures, perSecond: latencies.length / elapsed, p50: at(0.5), p99: at(0.99), max: at(1) }),
);
agent.destroy();
