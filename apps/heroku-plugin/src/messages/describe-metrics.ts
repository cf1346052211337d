import type { HostSeries, MetricsAnswer } from '@dockhero/contracts/monitoring-api';
import { drawChart } from '../monitoring/draw-chart.js';
import { figuresOf, summarize, type Figure, type MetricName, metricNames } from '../monitoring/figures.js';
import { spreadOverColumns } from '../monitoring/spread-over-columns.js';
import { formatTable } from './format-table.js';

/** Where the figures are shown: null when nobody looks at a terminal. */
export type Screen = { readonly columns: number } | null;

interface Shown {
  readonly answer: MetricsAnswer;
  /** Null: a line for each. */
  readonly metric: MetricName | null;
  readonly screen: Screen;
}

const chartRows = 8;
/** Room for the axis and its labels. */
const axisColumns = 12;
const chartColumnsMax = 160;

/** Width of a chart in characters. */
export function chartWidth({ columns }: { readonly columns: number }): number {
  return Math.max(20, Math.min(chartColumnsMax, columns) - axisColumns);
}

/** Figures of hosts for people: charts on a terminal, tables elsewhere. */
export function describeMetrics({ answer, metric, screen }: Shown): readonly string[] {
  const { hosts } = answer;
  if (hosts.every(({ times }) => times.length === 0)) return ['Nothing was measured in this time.'];
  const known = hosts.filter(({ times }) => times.length > 0);
  return known.flatMap((host, at) => [
    ...(at === 0 ? [] : ['']),
    ...(hosts.length > 1 ? [`=== Host ${String(host.host)}`] : []),
    ...(metric === null ? describeAll(host) : figuresOf(metric, host).flatMap((figure) => describeOne(figure, host, answer, screen))),
  ]);
}

function describeAll(host: HostSeries): readonly string[] {
  const rows = metricNames
    .flatMap((metric) => figuresOf(metric, host))
    .map((figure) => {
      const { title, format, whole } = figure;
      const known = summarize(figure);
      if (!known) return [title, 'not known'];
      return [title, `${format(known.now)}${whole === '' ? '' : ` of ${whole}`}`, format(known.lowest), format(known.highest)];
    });
  return formatTable([['', 'NOW', 'LOWEST', 'HIGHEST'], ...rows]);
}

function describeOne(figure: Figure, host: HostSeries, answer: MetricsAnswer, screen: Screen): readonly string[] {
  const { title, format, whole } = figure;
  const known = summarize(figure);
  if (!known) return [`${title}: not known in this time.`];
  const heading = `${title}: ${format(known.now)}${whole === '' ? '' : ` of ${whole}`} now, lowest ${format(known.lowest)}, highest ${format(known.highest)}`;
  if (screen) return [heading, ...chart(figure, host, answer, screen, known.highest)];
  const rows = host.times.flatMap((time, at) => {
    const average = figure.average[at] ?? null;
    return average === null ? [] : [[timeOf(time, answer.step_seconds), format(average), format(figure.worst[at] ?? average)]];
  });
  return [heading, ...formatTable([['TIME (UTC)', 'AVERAGE', 'HIGHEST'], ...rows])];
}

function chart(figure: Figure, host: HostSeries, answer: MetricsAnswer, screen: { columns: number }, highest: number): readonly string[] {
  const [fromMs, toMs] = [Date.parse(answer.from), Date.parse(answer.to)];
  const span = { fromMs, toMs, stepMs: answer.step_seconds * 1_000 };
  const times = host.times.map((time) => Date.parse(time));
  const dots = spreadOverColumns({ times, average: figure.average, worst: figure.worst }, span, chartWidth(screen) * 2);
  const label = timeLabel(toMs - fromMs);
  return drawChart(dots, {
    top: figure.top ?? roundUp(highest),
    rows: chartRows,
    format: figure.format,
    times: [label(fromMs), label((fromMs + toMs) / 2), `${label(toMs)} UTC`],
  });
}

/** The next 1, 2 or 5 with zeros: an axis that ends at a number. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

/** Hours within two days, dates beyond. */
function timeLabel(spanMs: number): (ms: number) => string {
  const [start, end] = spanMs <= 48 * 3_600_000 ? [11, 16] : [5, 10];
  return (ms) => new Date(ms).toISOString().slice(start, end);
}

/** With seconds where a step is shorter than a minute. */
function timeOf(time: string, stepSeconds: number): string {
  return new Date(time)
    .toISOString()
    .slice(0, stepSeconds % 60 === 0 ? 16 : 19)
    .replace('T', ' ');
}
