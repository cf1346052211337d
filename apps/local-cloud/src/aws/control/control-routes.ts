import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import type { Cloud } from '../cloud.js';
import { killInstance } from '../lifecycle/kill-instance.js';
import { describeInstance } from '../actions/describe-instance.js';
import { resumeAttachment } from '../ebs/resume-volumes.js';
import type { Instance } from '../state/cloud-state.js';
import type { Faults } from './faults.js';
import type { Journal } from './journal.js';
import type { Throttle } from './throttle.js';

export interface ControlParts {
  cloud: Cloud;
  faults: Faults;
  throttle: Throttle;
  journal: Journal;
}

const MINUTES_MS = 600_000;
const LINK_FAULT_MAX_MS = 60_000;
const count = z.number().int().min(0).max(100_000);
const when = z.enum(['before', 'after']).default('before');

const effect = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('error'),
    code: z.string().min(1),
    message: z.string().default('Injected by the local cloud.'),
    status: z.number().int().min(400).max(599).default(400),
    when,
  }),
  z.strictObject({ type: z.literal('cut'), when: when.default('after') }),
  z.strictObject({ type: z.literal('delay'), ms: z.number().int().min(1).max(MINUTES_MS) }),
]);

const schemas = {
  fault: z.strictObject({ action: z.string().min(1).default('*'), effect, times: count.min(1).nullable().default(1) }),
  capacity: z.strictObject({
    instanceType: z.string().optional(),
    availabilityZone: z.string().optional(),
    subnetId: z.string().optional(),
    left: count.default(0),
  }),
  throttle: z.strictObject({ action: z.string().min(1).default('*'), burst: count, perSecond: z.number().min(0) }),
  volumeFault: z.strictObject({
    kind: z.enum(['stuck-attaching', 'stuck-detaching', 'link-late', 'link-wrong', 'snapshot-error']),
    volumeId: z.string().nullable().default(null),
    times: count.min(1).default(1),
    ms: z.number().int().min(1).max(LINK_FAULT_MAX_MS).default(1_500),
  }),
  neverBoots: z.strictObject({ launches: count.default(1) }),
  kill: z.strictObject({ becomes: z.enum(['terminated', 'stopped']).default('terminated') }),
  network: z.strictObject({ cut: z.boolean() }),
  journal: z.object({ action: z.string().optional(), after: z.coerce.number().int().min(0).default(0) }),
};

/** Fault injection and inspection, for tests and for people. A body that does not fit is refused with what is wrong with it. */
export function controlRoutes(parts: ControlParts): FastifyPluginAsync {
  const { cloud, faults, throttle, journal } = parts;
  return async (app) => {
    app.setErrorHandler((error, _request, reply) => {
      if (error instanceof z.ZodError) return reply.status(400).send({ error: z.prettifyError(error) });
      return reply.send(error);
    });
    app.get('/faults', async () => ({
      faults: faults.list(),
      throttles: throttle.list(),
      volumes: cloud.volumeFaults.list(),
      ...cloud.capacity.list(),
    }));
    app.post('/faults', async (request, reply) => reply.status(201).send(faults.add(schemas.fault.parse(request.body))));
    app.delete('/faults', async (_request, reply) => {
      faults.reset();
      throttle.reset();
      cloud.capacity.reset();
      cloud.volumeFaults.reset();
      for (const volume of Object.values(cloud.state.volumes)) resumeAttachment(cloud, volume);
      await healAll(cloud);
      return reply.status(204).send();
    });
    app.delete<{ Params: { id: string } }>('/faults/:id', async (request, reply) => {
      return reply.status(faults.remove(Number(request.params.id)) ? 204 : 404).send();
    });
    app.post('/volume-faults', async (request, reply) => {
      cloud.volumeFaults.add(schemas.volumeFault.parse(request.body));
      return reply.status(204).send();
    });
    app.delete<{ Params: { id: string } }>('/volume-faults/:id', async (request, reply) => {
      const volume = cloud.state.volumes[request.params.id];
      if (!volume) return reply.status(404).send({ error: 'no such volume' });
      cloud.volumeFaults.heal(volume.id);
      resumeAttachment(cloud, volume);
      return reply.status(204).send();
    });
    app.post('/capacity', async (request, reply) => {
      cloud.capacity.limit(schemas.capacity.parse(request.body));
      return reply.status(204).send();
    });
    app.post('/throttles', async (request, reply) => {
      throttle.set(schemas.throttle.parse(request.body));
      return reply.status(204).send();
    });
    app.post('/never-boots', async (request, reply) => {
      cloud.capacity.spoilBoots(schemas.neverBoots.parse(request.body ?? {}).launches);
      return reply.status(204).send();
    });
    app.get('/journal', async (request) => {
      const { action, after } = schemas.journal.parse(request.query);
      return journal.read(action, after);
    });
    app.get('/instances', async () => ({ instances: Object.values(cloud.state.instances).map((instance) => show(cloud, instance)) }));
    app.get<{ Params: { id: string } }>('/instances/:id/console', async (request, reply) => {
      return reply.type('text/plain').send(await cloud.machines.readConsole(request.params.id));
    });
    app.post<{ Params: { id: string } }>('/instances/:id/kill', async (request, reply) => {
      const { becomes } = schemas.kill.parse(request.body ?? {});
      const instance = cloud.state.instances[request.params.id];
      if (!instance) return reply.status(404).send({ error: 'no such instance' });
      await killInstance(cloud, instance, becomes);
      return reply.status(204).send();
    });
    app.put<{ Params: { id: string } }>('/instances/:id/network', async (request, reply) => {
      const { cut } = schemas.network.parse(request.body);
      const instance = cloud.state.instances[request.params.id];
      if (!instance) return reply.status(404).send({ error: 'no such instance' });
      instance.cut = cut;
      await cloud.applyNetwork();
      cloud.save();
      return reply.status(204).send();
    });
  };
}

async function healAll(cloud: Cloud): Promise<void> {
  for (const instance of Object.values(cloud.state.instances)) instance.cut = false;
  await cloud.applyNetwork();
  cloud.save();
}

function show(cloud: Cloud, instance: Instance): object {
  const { userData: _userData, ...rest } = instance;
  return { ...rest, publicAddress: describeInstance(cloud, instance).PublicIpAddress ?? null };
}
