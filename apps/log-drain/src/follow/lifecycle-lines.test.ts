import type { ContainerDetails, EngineEvent } from '@dockhero/docker/container-watch';
import { expect, it } from 'vitest';
import { endedLine, eventLine } from './lifecycle-lines.js';

const details = (some: Partial<ContainerDetails>): ContainerDetails => ({
  isRunning: false,
  isTerminal: false,
  exitCode: 0,
  isOutOfMemory: false,
  error: '',
  startedAt: '',
  finishedAt: '',
  logDriver: 'local',
  ...some,
});
const event = (some: Partial<EngineEvent>): EngineEvent => ({
  type: 'container',
  action: 'start',
  detail: '',
  id: 'c0ffee0123456789',
  attributes: {},
  timeNano: '0',
  ...some,
});
const known = () => 'web.1';
const unknown = () => null;

it.each([
  [{}, 'info', 'web.1 exited with code 0'],
  [{ exitCode: 137 }, 'error', 'web.1 exited with code 137'],
  [{ exitCode: 137, isOutOfMemory: true }, 'error', 'web.1 exited with code 137 (out of memory: killed)'],
  [{ exitCode: 127, error: 'exec: "x": not found' }, 'error', 'web.1 could not be started: exec: "x": not found'],
])('tells how a container ended: %j', (some, severity, text) => {
  expect(endedLine('web.1', details(some))).toEqual({ severity, text });
});

it.each([
  [{ action: 'health_status', detail: 'unhealthy' }, 'error', 'web.1 is unhealthy: its health check fails'],
  [{ action: 'health_status', detail: 'healthy' }, 'info', 'web.1 is healthy'],
  [{ action: 'oom' }, 'error', 'web.1 ran out of memory'],
  [{ type: 'image', action: 'pull', id: 'redis:7' }, 'info', 'image pulled: redis:7'],
])('tells what an event says: %j', (some, severity, text) => {
  expect(eventLine(event(some), known)).toEqual({ severity, text });
});

it.each([
  ...['create', 'start', 'die', 'destroy', 'rename'].map((action) => ({ action })),
  { action: 'health_status', detail: 'running' },
  { action: 'health_status', detail: 'starting' },
  { type: 'image', action: 'tag', id: 'redis:7' },
  { type: 'network', action: 'connect' },
])('is silent about what a container’s own state tells better: %j', (some) => {
  expect(eventLine(event(some), known)).toBeNull();
});

it('names a container that is not followed by its own name, or else by the beginning of its id', () => {
  expect(eventLine(event({ action: 'oom', attributes: { name: 'redis' } }), unknown)?.text).toBe('redis ran out of memory');
  expect(eventLine(event({ action: 'oom' }), unknown)?.text).toBe('c0ffee012345 ran out of memory');
});
