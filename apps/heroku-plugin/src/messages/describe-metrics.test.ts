import { expect, test } from 'vitest';
import { hostSeries } from '../testing/host-series.js';
import { describeMetrics } from './describe-metrics.js';

const hourMs = 3_600_000;
const fromMs = Date.parse('2026-11-26T00:00:00.000Z');
const answer = (hours: number, ...hosts: readonly (readonly number[])[]) => ({
  from: new Date(fromMs).toISOString(),
  to: new Date(fromMs + hours * hourMs).toISOString(),
  step_seconds: 3_600,
  hosts: hosts.map((memory, at) => hostSeries(at + 1, fromMs, hourMs, memory)),
});
const screen = { columns: 36 };

test('a chart fills the width: the area is the average, dots are the worst, and a gap is a gap', () => {
  const day = answer(24, [0, 0.25, 0.5, 0.75, 1, 0.5, 0.5, 0.5]);
  const quiet = { ...day, hosts: day.hosts.map((host) => ({ ...host, memory_used_bytes_max: host.memory_used_bytes })) };
  expect(describeMetrics({ answer: quiet, metric: 'memory', screen }).join('\n').replaceAll('\u2800', ' ')).toBe(
    `Memory: 50 % of 2 GB now, lowest 0 %, highest 100 %
100 % ┤    ⣿
      │    ⣿
      │   ⣿⣿
      │   ⣿⣿
 50 % ┤  ⣿⣿⣿⣿⣿⣿
      │  ⣿⣿⣿⣿⣿⣿
      │ ⣿⣿⣿⣿⣿⣿⣿
      │⣀⣿⣿⣿⣿⣿⣿⣿
  0 % ┼────────────────────────
       00:00     12:00 00:00 UTC`,
  );
});

test('the worst of a step is a dot above its average', () => {
  const lines = describeMetrics({
    answer: answer(
      24,
      Array.from({ length: 24 }, () => 0.5),
    ),
    metric: 'memory',
    screen,
  });
  expect(lines[0]).toBe('Memory: 50 % of 2 GB now, lowest 50 %, highest 60 %');
  expect(lines[4]).toMatch(/^ +│[⠉⠒⠤⣀]{24}$/);
  expect(lines[5]).toMatch(/⣿{24}$/);
});

test('what has no natural end gets an axis that ends at a round number', () => {
  const lines = describeMetrics({ answer: answer(24, [0.5]), metric: 'load', screen });
  expect(lines[1]).toMatch(/^2\.0 ┤/);
  expect(describeMetrics({ answer: answer(24, [0.5]), metric: 'network', screen }).filter((line) => /^\w+:/.test(line))).toEqual([
    'Received: 300 B/s now, lowest 300 B/s, highest 146 KB/s',
    'Sent: not known in this time.',
  ]);
});

test('beyond two days the axis has dates', () => {
  const lines = describeMetrics({ answer: answer(7 * 24, [0.5]), metric: 'cpu', screen });
  expect(lines.at(-1)).toMatch(/^ +11-26 +11-29 +12-03 UTC$/);
});

test('without a terminal it is a table', () => {
  expect(describeMetrics({ answer: answer(2, [0.25, 0.5]), metric: 'memory', screen: null })).toEqual([
    'Memory: 50 % of 2 GB now, lowest 25 %, highest 60 %',
    'TIME (UTC)        AVERAGE  HIGHEST',
    '2026-11-26 00:00  25 %     30 %',
    '2026-11-26 01:00  50 %     60 %',
  ]);
  const fine = { ...answer(2, [0.25, 0.5]), step_seconds: 15 };
  expect(describeMetrics({ answer: fine, metric: 'memory', screen: null })[2]).toMatch(/^2026-11-26 00:00:00 /);
});

test('without a metric it is all of them in figures, by host when there are several', () => {
  expect(describeMetrics({ answer: answer(2, [0.25, 0.5], [0.9]), metric: null, screen })).toEqual([
    '=== Host 1',
    '          NOW            LOWEST   HIGHEST',
    'Memory    50 % of 2 GB   25 %     60 %',
    'Disk /    25 % of 16 GB  25 %     25 %',
    'CPU       5 %            5 %      40 %',
    'Load      0.1            0.1      1.3',
    'Received  300 B/s        300 B/s  146 KB/s',
    'Sent      not known',
    '',
    '=== Host 2',
    expect.any(String),
    expect.stringContaining('90 % of 2 GB'),
    ...Array.from({ length: 5 }, () => expect.any(String)),
  ]);
});

test('nothing measured is said', () => {
  expect(describeMetrics({ answer: answer(2, []), metric: null, screen })).toEqual(['Nothing was measured in this time.']);
  expect(describeMetrics({ answer: answer(2), metric: 'cpu', screen: null })).toEqual(['Nothing was measured in this time.']);
});
