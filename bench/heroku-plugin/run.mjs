// What the plugin adds to docker once its configuration is cached: alternating runs, medians of neighbouring pairs. Needs `pnpm build`.
// node bench/heroku-plugin/run.mjs [--rounds 15] [--output FILE]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writePluginManifest } from '../../scripts/bootstrap/plugin-manifest.mjs';
import { root, toolEnvironment } from '../../scripts/bootstrap/toolchain.mjs';
import { cliVariables } from '../../scripts/demo/heroku-cli.mjs';
import { startHelper } from '../log-drain/helper.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' }, output: { type: 'string' } } });
const rounds = Number(values.rounds);
const addedMsBar = 150;

const plugin = join(root, 'apps', 'heroku-plugin');
const built = (path) => import(join(plugin, 'dist', path));
const { connectionFolder } = await built('connection/connection-folder.js');
const { writeConnection } = await built('connection/connection-record.js');
const { DynoApp } = await built('heroku/dyno-app.js');

const folder = mkdtempSync(join(tmpdir(), 'dockhero-bench-'));
const api = await startHelper('api', import.meta.url);
try {
  // Nobody listens at either address: whatever calls somebody fails.
  const nobody = 'http://127.0.0.1:9';
  const configUrl = `${nobody}/c/bench`;
  const environment = { ...toolEnvironment(), ...cliVariables(nobody, folder), HEROKU_APP: 'acme' };
  const dyno = { ...environment, DOCKHERO_CONFIG_URL: configUrl, DOCKHERO_HOST: 'h.example' };
  const record = {
    version: 2,
    configUrl,
    name: 'dockhero-bench-1',
    dockerHost: 'tcp://127.0.0.1:9',
    fetchedAt: Date.now(),
    retryAt: 0,
    login: null,
    owner: null,
    certificate: { serial: '1', expiresAt: Date.now() + 12 * 3_600_000, folder },
  };
  const keepOfDyno = (variables, kept) =>
    writeConnection(connectionFolder(join(folder, 'data', 'dockhero'), new DynoApp(variables).identity, 'dyno', undefined), kept);
  await keepOfDyno(dyno, record);
  await writeConnection(connectionFolder(join(folder, 'data', 'heroku', 'dockhero'), `${nobody}|acme`, 'acme', undefined), record);
  writeFileSync(join(folder, 'dockhero-compose.yml'), 'version: "3.7"\nservices: {web: {image: "busybox:${TAG}", ports: ["80:80"]}}\n');

  // The peer's CLI does not know our plugin: what it costs to have it installed counts as ours.
  const without = { ...environment, ...cliVariables(nobody, join(folder, 'without')) };
  await link(plugin, environment);
  await link(makeEmptyPlugin(), without);
  const binary = (name) => [process.execPath, join(plugin, 'dist', 'bin', `${name}.js`)];
  const heroku = join(root, 'node_modules', '.bin', 'heroku');
  // What needs room asks our API first. Docker itself is left out: a client that does nothing stands in for it, on both sides.
  const asking = { ...dyno, DOCKHERO_CONFIG_URL: `${api.url}/c/bench`, PATH: `${makeIdleClients()}:${dyno.PATH}` };
  await keepOfDyno(asking, { ...record, configUrl: asking.DOCKHERO_CONFIG_URL });
  const compose = ['--file', 'dockhero-compose.yml', '-p', 'dockhero', 'config', '--quiet'];
  const rows = [
    compare('dh-docker', [...binary('dh-docker'), '--', '--version'], dyno, [['docker', '--version']], dyno),
    // The CLI itself with a command that does nothing, and docker.
    compare(
      'heroku dh:docker',
      [heroku, 'dh:docker', '--', '--version'],
      environment,
      [
        [heroku, 'bench:nothing'],
        ['docker', '--version'],
      ],
      without,
    ),
    compare('dh-compose', [...binary('dh-compose'), 'config', '--quiet'], { ...dyno, TAG: '1' }, [['docker-compose', ...compose]], {
      ...dyno,
      TAG: '1',
    }),
    compare('dh-docker pull', [...binary('dh-docker'), '--', 'pull', 'busybox'], asking, [['docker', 'pull', 'busybox']], asking),
    compare('dh-compose up', [...binary('dh-compose'), 'up', '-d'], { ...asking, TAG: '1' }, [['docker-compose', 'up', '-d']], asking),
  ];
  report(rows);
} finally {
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** A plugin with one empty command, of the same make as ours. @returns its folder. */
function makeEmptyPlugin() {
  const empty = join(folder, 'empty-plugin');
  mkdirSync(join(empty, 'dist', 'commands', 'bench'), { recursive: true });
  symlinkSync(join(plugin, 'node_modules'), join(empty, 'node_modules'));
  const { type, oclif, engines } = JSON.parse(readFileSync(join(plugin, 'package.json'), 'utf8'));
  const description = { name: 'empty-plugin', version: '0.0.1', type, oclif: { ...oclif, topics: {} }, engines };
  writeFileSync(join(empty, 'package.json'), JSON.stringify(description));
  writeFileSync(
    join(empty, 'dist', 'commands', 'bench', 'nothing.js'),
    `import { Command, flags } from '@heroku-cli/command';
     export default class Nothing extends Command {
       static flags = { app: flags.app({ required: true }), remote: flags.remote() };
       async run() { await this.parse(Nothing); }
     }`,
  );
  return empty;
}

/** docker and docker-compose that do nothing. @returns their folder, for PATH. */
function makeIdleClients() {
  const bin = join(folder, 'idle');
  mkdirSync(bin);
  for (const name of ['docker', 'docker-compose']) {
    writeFileSync(join(bin, name), '#!/bin/sh\n[ "$1" != version ] || echo 1.29.2\n', { mode: 0o755 });
  }
  return bin;
}

async function link(path, environment) {
  await writePluginManifest(path);
  time([join(root, 'node_modules', '.bin', 'heroku'), 'plugins:link', '--no-install', path], environment);
}

/** Each round runs ours and then the peers, or the other way round; what is added is told of neighbours in time. */
function compare(name, ours, oursEnvironment, peers, peersEnvironment) {
  const timeOurs = () => time(ours, oursEnvironment);
  const timePeers = () => peers.reduce((sum, command) => sum + time(command, peersEnvironment), 0);
  timeOurs(); // files into the cache
  timePeers();
  const runs = [];
  for (let round = 0; round < rounds; round += 1) {
    const first = round % 2 === 0 ? timeOurs() : timePeers();
    const second = round % 2 === 0 ? timePeers() : timeOurs();
    const [oursMs, peerMs] = round % 2 === 0 ? [first, second] : [second, first];
    runs.push({ oursMs, peerMs, addedMs: oursMs - peerMs });
  }
  const of = (key) => median(runs.map((run) => run[key]));
  return { name, oursMs: of('oursMs'), peerMs: of('peerMs'), addedMs: of('addedMs'), runs };
}

/** @returns milliseconds from start to end. */
function time([file, ...args], env) {
  const from = performance.now();
  const { status, stderr } = spawnSync(file, args, { env, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - from;
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function report(rows) {
  for (const { name, oursMs, peerMs, addedMs } of rows) {
    const verdict = addedMs < addedMsBar ? 'met' : 'NOT met';
    console.log(
      `${name.padEnd(18)} ${oursMs.toFixed(0)} ms, peer ${peerMs.toFixed(0)} ms, added ${addedMs.toFixed(0)} ms (bar: < ${addedMsBar} ms, ${verdict})`,
    );
  }
  const result = { at: new Date().toISOString(), cpu: cpus()[0]?.model, node: process.version, rounds, bar: { addedMs: addedMsBar }, rows };
  const output = values.output ?? join(root, 'bench', 'results', 'heroku-plugin.json');
  mkdirSync(join(output, '..'), { recursive: true });
  writeFileSync(output, `${JSON.stringify(result, null, 2)}\n`);
  if (rows.some(({ addedMs }) => addedMs >= addedMsBar)) process.exitCode = 1;
}
