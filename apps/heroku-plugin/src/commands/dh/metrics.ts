import { Command, flags } from '@heroku-cli/command';
import { Args } from '@oclif/core';
import type { MetricsAnswer } from '@dockhero/contracts/monitoring-api';
import { callAddon } from '../../connection/call-addon.js';
import { readEnvironment } from '../../env.js';
import { appFlags } from '../../heroku/app-flags.js';
import { openSession } from '../../heroku/open-session.js';
import { metricNames, type MetricName } from '../../monitoring/figures.js';
import { parseDuration } from '../../monitoring/parse-duration.js';

/** As long as anything is kept. */
const maxMinutes = 395 * 1_440;
/** Rows of a table, where there is no terminal to draw on. */
const plainPoints = 48;

export default class Metrics extends Command {
  static override description = `show memory, disk, CPU, load and network of the hosts
Without a metric all of them in figures; with one, a chart of it: its area is the average, dots above are the worst. Times are UTC.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> memory --since 7d',
    '<%= config.bin %> <%= command.id %> cpu --since 90m --host 2 --json',
  ];
  static override args = { metric: Args.string({ description: 'which one', options: [...metricNames] }) };
  static override flags = {
    ...appFlags,
    since: flags.string({ description: 'how long back: 90m, 24h, 7d', default: '24h', helpValue: 'TIME' }),
    host: flags.integer({ description: 'only this host, when there are several: 1, 2, 3', helpValue: 'N' }),
    json: flags.boolean({ char: 'j', description: 'as JSON' }),
  };
  static override promptFlagActive = false;
  static override baseFlags = Command.baseFlagsWithoutPrompt();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Metrics);
    const from = new Date(Date.now() - parseDuration(flags.since, '--since', maxMinutes) * 60_000).toISOString();
    const { chartWidth, describeMetrics } = await import('../../messages/describe-metrics.js');
    const screen = process.stdout.isTTY && readEnvironment()['TERM'] !== 'dumb' ? { columns: process.stdout.columns } : null;
    const points = screen ? chartWidth(screen) * 2 : plainPoints;
    const query = flags.json ? `from=${from}` : `from=${from}&points=${String(points)}`;
    const answer = await callAddon<MetricsAnswer>(openSession(this, flags), 'GET', `/metrics?${query}`);
    const hosts = answer.hosts.filter(({ host }) => flags.host === undefined || flags.host === host);
    if (flags.host !== undefined && hosts.length === 0) {
      const known = answer.hosts.map(({ host }) => String(host)).join(', ');
      this.error(`There is no host ${String(flags.host)}. ${known === '' ? 'Nothing was measured yet.' : `There are: ${known}.`}`, {
        exit: 1,
      });
    }
    const shown = { ...answer, hosts };
    if (flags.json) return this.log(JSON.stringify(shown, null, 2));
    for (const line of describeMetrics({ answer: shown, metric: (args.metric as MetricName | undefined) ?? null, screen })) this.log(line);
  }
}
