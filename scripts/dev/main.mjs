// Brings the whole system up, shows the main job, then stays until Ctrl-C and takes everything away again.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../bootstrap/toolchain.mjs';
import { cliVariables } from '../demo/heroku-cli.mjs';
import { demoAppName, runDemo } from '../demo/run-demo.mjs';
import { say as sayAs } from './log-lines.mjs';
import { resetInstallation } from './reset.mjs';
import { assertNotRunning, releaseLock } from './start-lock.mjs';
import { startSystem } from './system.mjs';

const { values: options } = parseArgs({
  options: { reset: { type: 'boolean' }, 'no-demo': { type: 'boolean' }, once: { type: 'boolean' }, help: { type: 'boolean' } },
});
if (options.help) {
  process.stdout.write(
    'npm start [-- --reset | --no-demo | --once]\n  --reset    start from nothing\n  --no-demo  bring the system up, create no app\n  --once     run the demo, then stop and remove everything\n',
  );
  process.exit(0);
}

const state = join(root, '.dockhero');
const dataDir = join(state, 'data');
const logDir = join(state, 'logs');
const say = (text) => sayAs('start', text);
let system;
let stopping;

/** Ctrl-C: everything that was made is taken away, also half-way through the start. A second Ctrl-C changes nothing. */
function stop(code) {
  stopping ??= (async () => {
    say('stopping; this takes some seconds');
    try {
      if (system) await system.stop({ remove: true });
      else await resetInstallation({ dataDir, say });
    } catch (error) {
      say(`could not stop everything: ${error.message}; the next start will`);
    }
    releaseLock(state);
    say('stopped; nothing is left running');
    process.exit(code);
  })();
  return stopping;
}
// Whoever reads our output may end first (a pager, `tee` at Ctrl-C); the clean-up must not die of it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0));
// Whoever waits for us was killed: nobody could press Ctrl-C any more.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && void stop(1), 1_000).unref();

try {
  assertNotRunning(state);
  if (options.reset) await resetInstallation({ dataDir, say });
  system = await startSystem({ dataDir, logDir, secretsDir: state, say });
  const { urls } = system.settings;
  if (!options['no-demo']) {
    const demo = await runDemo({ dataDir, herokuUrl: urls.heroku, app: demoAppName(dataDir), say: (text) => sayAs('demo', text) });
    say(
      `the add-on was provisioned in ${(demo.provisionedMs / 1000).toFixed(1)} s; its stack answered after ${(demo.totalMs / 1000).toFixed(1)} s`,
    );
    printNext(urls, demo);
  }
  if (options.once) await stop(0);
} catch (error) {
  if (!stopping) {
    process.stderr.write(`\n${error.stack ?? error}\n\nLogs: ${logDir}\n`);
    if (error.code === 'ALREADY_RUNNING') process.exit(1);
    await stop(1);
  }
}

function printNext(urls, { app, project, url }) {
  const cli = Object.entries({ ...cliVariables(urls.heroku, join(dataDir, 'demo', 'heroku')), HEROKU_APP: app });
  const lines = [
    '',
    `Your stack answers at ${url}`,
    '',
    'The real Heroku CLI with our plugin, in another shell:',
    ...cli.map(([name, value]) => `  export ${name}=${value}`),
    `  export PATH=${join(root, 'node_modules', '.bin')}:$PATH`,
    `  cd ${project}`,
    '  heroku logs --tail',
    '  heroku dh:compose ps',
    '  heroku dh:docker info',
    '  heroku dh:ssh',
    '  heroku dh:metrics memory',
    '  heroku dh:alerts',
    '  heroku dh:doctor',
    '  heroku addons:upgrade dockhero dockhero:standard',
    `  heroku addons:destroy dockhero --confirm ${app}`,
    '',
    'A ten-minute tour: docs/cli.md',
    '',
    `Partner API      ${urls.api}/openapi.json  ${urls.api}/metrics`,
    `Local Heroku     ${urls.heroku}`,
    `Local AWS (EC2)  aws --endpoint-url ${urls.aws} --region us-east-1 ec2 describe-instances`,
    `Faults           ${urls.control}  (docs/local-cloud.md)`,
    '',
    'Ctrl-C stops everything and removes what it has made.',
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
