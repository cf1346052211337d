// Debian's prometheus and prometheus-alertmanager as processes of ours, with their data in the benchmark's folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../scripts/services/run-service.mjs';
import { start } from '../log-drain/measured-process.mjs';

/**
 * Starts both, with the settings they have when nobody sets any (a look a minute, rules once a minute, 30 s until a group is told), or with a look
 * and rules each 15 s, as the file has it that Debian installs. Each host is a group of its own, so that none waits for another's.
 * @param options.everySeconds null: the default.
 */
export async function startPeer({ name, folder, everySeconds, addresses, agentPort, receiverPort, credentials, onStart }) {
  const own = join(folder, name);
  mkdirSync(own);
  const [port, alertPort] = [await freePort(), await freePort()];
  const file = (fileName, text) => {
    writeFileSync(join(own, fileName), text);
    return join(own, fileName);
  };
  const [ca, cert, key] = ['ca', 'cert', 'key'].map((part) => file(`${part}.pem`, credentials[part]));
  const rules = file(
    'rules.yml',
    `groups:
  - name: memory
    rules:
      - alert: Memory
        expr: 1 - dockhero_memory_available_bytes / dockhero_memory_total_bytes >= 0.9
        for: 1m
`,
  );
  const intervals = everySeconds === null ? '' : `global: { scrape_interval: ${everySeconds}s, evaluation_interval: ${everySeconds}s }\n`;
  const config = file(
    'prometheus.yml',
    `${intervals}rule_files: ['${rules}']
alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:${alertPort}'] }] }] }
scrape_configs:
  - job_name: hosts
    scheme: https
    tls_config: { ca_file: '${ca}', cert_file: '${cert}', key_file: '${key}' }
    static_configs: [{ targets: [${addresses.map((address) => `'${address}:${agentPort}'`).join(', ')}] }]
`,
  );
  const alertConfig = file(
    'alertmanager.yml',
    `route: { receiver: bench, group_by: [instance] }
receivers: [{ name: bench, webhook_configs: [{ url: 'http://127.0.0.1:${receiverPort}/${name}' }] }]
`,
  );
  const env = { PATH: process.env.PATH };
  const alertmanager = start(
    `${name}-alertmanager`,
    '/usr/bin/prometheus-alertmanager',
    [
      `--config.file=${alertConfig}`,
      `--storage.path=${join(own, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${alertPort}`,
      '--cluster.listen-address=', // alone
    ],
    own,
    env,
  );
  onStart(alertmanager);
  const prometheus = start(
    name,
    '/usr/bin/prometheus',
    [`--config.file=${config}`, `--storage.tsdb.path=${join(own, 'data')}`, `--web.listen-address=127.0.0.1:${port}`],
    own,
    env,
  );
  onStart(prometheus);
  const answers = async (url) => (await fetch(url).catch(() => null))?.ok ?? false;
  const up = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent('count(up == 1)')}`;
  return {
    name,
    /** Every host has been looked at. */
    async hasLooked() {
      await alertmanager.until(() => answers(`http://127.0.0.1:${alertPort}/-/ready`));
      await prometheus.until(() => answers(`http://127.0.0.1:${port}/-/ready`));
      await prometheus.until(async () => {
        const { data } = await (await fetch(up)).json();
        return Number(data.result[0]?.value[1] ?? 0) === addresses.length;
      }, 90_000);
    },
  };
}
