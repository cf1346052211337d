import { containerName } from '@dockhero/domain/container-name';
import { fieldsOf, textOf, textsOf } from './read-json.js';

export interface ContainerEvent {
  readonly id: string;
  readonly process: string;
  readonly workload: string;
  readonly action: string;
  /** Of `die`. */
  readonly exitCode: number | null;
  /** Nanoseconds since 1970 as Docker writes them: beyond what a number holds exactly. */
  readonly timeNano: string;
}

/** One line of `/events`. Attributes hold the labels of the container beside `name` and `exitCode`. Null when it is not about a container. */
export function parseContainerEvent(value: unknown, hostIndex: number): ContainerEvent | null {
  const event = fieldsOf(value);
  const actor = fieldsOf(event.Actor);
  const attributes = textsOf(actor.Attributes);
  const id = textOf(actor.ID);
  if (textOf(event.Type) !== 'container' || id === '') return null;
  const exitCode = attributes.exitCode;
  return {
    id,
    ...containerName(attributes.name ?? id.slice(0, 12), attributes, hostIndex),
    // `health_status: unhealthy`, `exec_start: sh`: what follows the colon is detail.
    action: textOf(event.Action).split(':')[0] ?? '',
    exitCode: exitCode !== undefined && /^\d+$/.test(exitCode) ? Number(exitCode) : null,
    timeNano: eventTime(event),
  };
}

/** JSON.parse rounds `timeNano` to some 256 ns; seconds with nine digits are what `since` takes. */
function eventTime(event: Readonly<Record<string, unknown>>): string {
  return typeof event.timeNano === 'number' ? String(BigInt(event.timeNano)) : '0';
}
