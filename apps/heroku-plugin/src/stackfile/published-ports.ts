import type { Place } from './find-variables.js';
import type { StackNode } from './stack-node.js';
import { fieldOf, placeIn, textOf, type StackService } from './stack-services.js';

/** A port of a service that the machine listens on. Ranges have the first and last port of both sides. */
export interface PublishedPort {
  /** Empty: all addresses of the machine. */
  readonly address: string;
  /** Undefined: docker picks one. */
  readonly published?: PortRange;
  readonly target: PortRange;
  readonly place: Place;
}

interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** The published ports of a service, short and long form. `fill` replaces the variables of a text. What is no port is left out. */
export function publishedPorts(service: StackService, fill: (text: string) => string): readonly PublishedPort[] {
  const ports = fieldOf(service.node, 'ports');
  if (ports?.kind !== 'list') return [];
  return ports.items.flatMap((item) => {
    const place = placeIn(service, 'ports', item);
    return item.kind === 'map' ? longForm(item, fill, place) : shortForm(fill(textOf(item) ?? ''), place);
  });
}

export function covers(range: PortRange | undefined, port: number): boolean {
  return range !== undefined && range.first <= port && port <= range.last;
}

/** Only processes on the machine itself reach it. */
export function isLoopback(address: string): boolean {
  return /^(?:127\.|localhost$|\[?(?:0*:)+0*1\]?$)/.test(address);
}

function longForm(item: StackNode, fill: (text: string) => string, place: Place): readonly PublishedPort[] {
  const text = (key: string): string => fill(textOf(fieldOf(item, key)) ?? '');
  const target = range(text('target'));
  if (!target) return [];
  const published = range(text('published'));
  return [{ address: text('host_ip'), target, place, ...(published ? { published } : {}) }];
}

/** `[[address:][published]:]target[/protocol]`, the address of IPv6 in brackets. */
const short = /^(?:(?:(\[[^\]]*\]|[^:[\]]+):)?([\d-]*):)?([\d-]+)(?:\/\w+)?$/;

function shortForm(text: string, place: Place): readonly PublishedPort[] {
  const [, address = '', published = '', target = ''] = short.exec(text.trim()) ?? [];
  const targets = range(target);
  const publishes = range(published);
  return targets ? [{ address, target: targets, place, ...(publishes ? { published: publishes } : {}) }] : [];
}

function range(text: string): PortRange | undefined {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text.trim()) ?? [];
  return first === undefined ? undefined : { first: Number(first), last: Number(last) };
}
