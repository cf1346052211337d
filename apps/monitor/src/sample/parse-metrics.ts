import type { HostSample } from '@dockhero/domain/monitoring/host-sample';
import { SampleBuilder, wantedMetrics } from './sample-builder.js';

const newline = 10;
const blank = 32;
const quote = 34;
const hash = 35;
const backslash = 92;
const openBrace = 123;
const closeBrace = 125;

export type Labels = Readonly<Record<string, string>>;

const noLabels: Labels = {};

/**
 * The sample in an agent's `GET /metrics` (Prometheus' text format 0.0.4). Only what is wanted is parsed, other lines cost a scan for their
 * name: this runs for every host at every look. Values that are no finite numbers count as not given.
 * @param at when the answer was received.
 * @throws Error for text that is cut, not in the format, or lacks what every host has: there is no half sample.
 */
export function parseMetrics(said: string, at: Date): HostSample {
  // Labels can be any text; Postgres takes all of it but this, and what it refused would keep the host's other incidents from being stored.
  const text = said.replaceAll('\0', '\uFFFD');
  // The format ends each line; one that does not end was cut.
  if (text.charCodeAt(text.length - 1) !== newline) throw new Error('the figures are cut off');
  const builder = new SampleBuilder();
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start);
    if (end > start && text.charCodeAt(start) !== hash) takeLine(text, start, end, builder);
    start = end + 1;
  }
  return builder.build(at);
}

function takeLine(text: string, start: number, end: number, builder: SampleBuilder): void {
  let at = start;
  for (let code = text.charCodeAt(at); at < end && code !== openBrace && code !== blank; code = text.charCodeAt(at)) at += 1;
  const take = wantedMetrics.get(text.slice(start, at));
  if (!take) return;
  let labels = noLabels;
  if (text.charCodeAt(at) === openBrace) {
    const read: Record<string, string> = {};
    at = readLabels(text, at + 1, end, read);
    labels = read;
  }
  const value = readValue(text, at, end);
  if (Number.isFinite(value)) take(builder, value, labels);
}

/** @returns the position behind the closing brace. */
function readLabels(text: string, start: number, end: number, into: Record<string, string>): number {
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === closeBrace) return at + 1;
    if (code === blank || code === 44) {
      at += 1;
      continue;
    }
    const equals = text.indexOf('="', at);
    if (equals < 0 || equals >= end) break;
    const name = text.slice(at, equals).trimEnd();
    const first = equals + 2;
    let last = first;
    let isEscaped = false;
    for (let inside = text.charCodeAt(last); last < end && inside !== quote; inside = text.charCodeAt(last)) {
      isEscaped ||= inside === backslash;
      last += inside === backslash ? 2 : 1;
    }
    if (last >= end) break;
    const raw = text.slice(first, last);
    into[name] = isEscaped ? unescape(raw) : copied(raw);
    at = last + 1;
  }
  throw new Error(`labels that cannot be read: ${text.slice(start, Math.min(end, start + 100))}`);
}

/** V8 makes a slice of 13 characters or more a view that keeps the whole answer in memory for as long as the sample lives. */
function copied(slice: string): string {
  return slice.length < 13 ? slice : Buffer.from(slice, 'utf8').toString('utf8');
}

function unescape(raw: string): string {
  return raw.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

/** A number, maybe with a time behind it, which is the host's and not used. */
function readValue(text: string, start: number, end: number): number {
  const words = text.slice(start, end).trim();
  const space = words.indexOf(' ');
  const word = space < 0 ? words : words.slice(0, space);
  const value = word === '' ? Number.NaN : Number(word);
  if (Number.isNaN(value) && !notNumbers.has(word)) throw new Error(`a value that is no number: ${word.slice(0, 100)}`);
  return value;
}

const notNumbers = new Set(['NaN', '+Inf', '-Inf', 'Inf']);
