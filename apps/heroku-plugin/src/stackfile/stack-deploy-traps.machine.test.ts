import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findVariables } from './find-variables.js';
import { interpolate } from './interpolate.js';
import { findMissing } from './missing-variables.js';
import { InvalidInterpolation, parseTemplate } from './parse-template.js';
import { parseStackfile } from './parse-stackfile.js';
import { findStackTraps } from './stack-deploy-traps.js';
import { runForAnswer, type OracleAnswer } from './testing/compose-oracle.js';
import { randomText } from './testing/random-text.js';
import { Seeded } from './testing/seeded.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stack-config-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** What `docker stack deploy` makes of a file: the real client prints it without a daemon. */
async function stackConfig(text: string, variables: Readonly<Record<string, string>> = {}): Promise<OracleAnswer> {
  const file = join(folder, 'stack.yml');
  await writeFile(file, text);
  return runForAnswer('docker', ['stack', 'config', '-c', file], { PATH: process.env['PATH'] ?? '', HOME: folder, ...variables });
}

function refused(text: string): boolean {
  return findStackTraps(parseStackfile(text, 'stack.yml')).some(({ severity }) => severity === 'refuse');
}

describe('docker stack config reads as we say', () => {
  const variables = { APP_KEY: 'key', TAG: '', DB_URL: 'a:b-c' };
  const lookup = (name: string): string | undefined => variables[name as 'TAG'];

  it('values with all operators: the same text, or an error on both sides', async () => {
    const texts = Array.from({ length: 400 }, (_, seed) => randomText(new Seeded(seed + 1), 10));
    // One file for all that can be read, one for each that cannot: the client stops at the first.
    const readable = texts.filter((text) => ours(text) !== undefined);
    const file = JSON.stringify({
      services: { web: { image: 'x', labels: Object.fromEntries(readable.map((text, index) => [`l${index}`, text])) } },
    });
    const answer = await stackConfig(file, variables);
    expect(answer.stderr).toBe('');
    const { labels } = (parse(answer.stdout) as { services: { web: { labels: Record<string, string> } } }).services.web;
    const theirs = readable.map((_, index) => labels[`l${index}`]);
    expect(theirs).toEqual(readable.map(ours));
    expect(readable.length).toBeGreaterThan(200);

    const unreadable = texts.filter((text) => ours(text) === undefined && !isForgiven(text)).slice(0, 40);
    for (const text of unreadable) {
      const failed = await stackConfig(JSON.stringify({ services: { web: { image: 'x', labels: { l: text } } } }), variables);
      expect([text, failed.status]).toEqual([text, 1]);
    }
    expect(unreadable.length).toBeGreaterThan(20);
  });

  it('what passes our check means the same to docker stack and to the Compose specification', () => {
    let passed = 0;
    for (let seed = 1; seed <= 5000; seed++) {
      const text = randomText(new Seeded(seed), 10);
      if (refused(JSON.stringify({ services: { web: { image: text } } }))) continue;
      passed++;
      expect(interpolate(text, lookup, 'stack')).toEqual(interpolate(text, lookup, 'compose'));
    }
    expect(passed).toBeGreaterThan(1000);
  });

  it.each(['"2"', '"2.4"', '"3"', '"3.8"', '3.8', '"4"', '""'])('version: %s', async (version) => {
    const text = `version: ${version}\nservices: {web: {image: x}}\n`;
    expect(refused(text)).toBe((await stackConfig(text)).status !== 0);
  });

  it('a file of version 1', async () => {
    expect((await stackConfig('web: {image: x}')).status).toBe(1);
    expect(refused('web: {image: x}')).toBe(true);
  });

  it.each(fields())('the field %s', async (field, value) => {
    const text = `services:\n  web:\n    image: x\n    ${field}: ${value}\n`;
    const { status, stderr } = await stackConfig(text);
    expect([stderr, refused(text)]).toEqual([status === 0 ? '' : expect.any(String), status !== 0]);
  });

  it.each(['name: a', 'include: [a.yml]', 'x-a: 1', 'configs: {a: {external: true}}'])('at the top, %s', async (field) => {
    const text = `${field}\nservices: {web: {image: x}}\n`;
    expect(refused(text)).toBe((await stackConfig(text)).status !== 0);
  });

  it('a required variable without value is forgotten when another variable follows: only our own check stops there', async () => {
    const forgiven = 'services: {web: {image: "x${NONE:?}$APP_KEY"}}';
    expect((await stackConfig(forgiven, variables)).status).toBe(0);
    expect(findMissing(findVariables(parseStackfile(forgiven, 'f.yml'), 'stack'), lookup).map(({ name }) => name)).toEqual(['NONE']);
  });

  /** Does something that can be read follow what cannot? */
  function isForgiven(text: string): boolean {
    try {
      const { unmet } = interpolate(text, lookup, 'stack');
      const last = parseTemplate(text, 'stack').findLast((piece) => piece.kind === 'variable');
      return last?.kind !== 'variable' || !unmet.some(({ name }) => name === last.name);
    } catch (error) {
      if (!(error instanceof InvalidInterpolation)) throw error;
      return text.includes('$', error.offset + 1);
    }
  }

  function ours(text: string): string | undefined {
    try {
      const { text: value, unmet } = interpolate(text, lookup, 'stack');
      return unmet.length > 0 ? undefined : value;
    } catch (error) {
      if (error instanceof InvalidInterpolation) return undefined;
      throw error;
    }
  }
});

/** Every field of a service that some compose knows, with a value that is well formed. */
function fields(): readonly (readonly [string, string])[] {
  const lines = `
annotations: {a: b}
attach: false
blkio_config: {weight: 1}
build: .
cap_add: [A]
cap_drop: [A]
cgroup: host
cgroup_parent: a
cgroupns_mode: host
command: a
configs: [a]
container_name: x
cpu_count: 1
cpu_percent: 1
cpu_period: 1
cpu_quota: 5
cpu_shares: 5
cpus: 1
cpuset: "0"
credential_spec: {file: a}
depends_on: [web]
depends_on: {web: {condition: service_healthy}}
deploy: {mode: replicated}
develop: {watch: []}
device_cgroup_rules: ["c 1:1 r"]
devices: ["/dev/a:/dev/a"]
dns: 1.1.1.1
dns_opt: [a]
dns_search: a
dockerfile: x
domainname: a
entrypoint: a
environment: {A: b}
expose: ["80"]
extends: {service: web}
external_links: [a]
extra_hosts: ["a:1.1.1.1"]
gpus: all
group_add: [a]
healthcheck: {test: [CMD, a]}
hostname: a
init: true
ipc: host
isolation: x
label_file: a
labels: [a=b]
links: [web]
log_driver: json-file
log_opt: {a: b}
logging: {driver: json-file}
mac_address: a
mem_limit: 1g
mem_reservation: 1g
mem_swappiness: 1
memswap_limit: 1g
models: [a]
net: host
network_mode: host
networks: [default]
oom_kill_disable: true
oom_score_adj: 5
pid: host
pids_limit: 5
platform: linux/amd64
ports: ["80:80"]
ports: [{target: 80, published: "80"}]
ports: [{target: 80, published: 80}]
post_start: [{command: a}]
privileged: true
profiles: [a]
provider: {type: a}
pull_policy: always
read_only: true
restart: always
runtime: x
scale: 2
secrets: [a]
security_opt: [a]
shm_size: 1g
stdin_open: true
stop_grace_period: 1s
stop_signal: SIGINT
storage_opt: {a: b}
sysctls: {a: 1}
tmpfs: /a
tty: true
ulimits: {nofile: 5}
use_api_socket: true
user: a
userns_mode: host
uts: host
volume_driver: x
volumes: [data:/a]
volumes_from: [web]
working_dir: /a
x-mine: 1`;
  return lines
    .trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const);
}
