import { randomUUID } from 'node:crypto';
import { VolumeAttachmentStore } from '@dockhero/database/volume-attachment-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { AsAgent, type AgentAnswer } from '../testing/as-agent.js';
import { AsVolumeWorker } from '../testing/as-volume-worker.js';
import { AsWorker } from '../testing/as-worker.js';
import { takeVolumeRing } from '../testing/rung-volumes.js';

let api: ApiUnderTest;
let worker: AsWorker;
let passes: AsVolumeWorker;
beforeAll(async () => {
  api = await ApiUnderTest.start(2);
  worker = new AsWorker(api.database);
  passes = new AsVolumeWorker(api.database);
});
afterAll(() => api.stop());

async function booted(plan = 'hobby'): Promise<{ id: string; agent: AsAgent }> {
  const id = await api.provision({ plan });
  await worker.provision(id);
  return { id, agent: await AsAgent.boot(api, worker, id) };
}

const create = (agent: AsAgent, name: string, options: Record<string, string> = {}) =>
  agent.call('POST', '/agent/volumes', { body: { name, options } });
const post = (agent: AsAgent, id: unknown, verb: string, body?: unknown) =>
  agent.call('POST', `/agent/volumes/${String(id)}/${verb}`, { body });
const errorOf = ({ status, body }: AgentAnswer) => [status, body.id];
const told = async (resourceId: string) =>
  (await api.database.auditEvent.findMany({ where: { resourceId, kind: { in: ['desired', 'notice'] } }, orderBy: { id: 'asc' } }))
    .map(({ text }) => text)
    .slice(1);
/** A host of the same cluster that has booted: its id in the volume's rows is what counts. */
async function anotherHost(resourceId: string): Promise<string> {
  return (await api.database.host.create({ data: { resourceId, index: 1 } })).id;
}

describe('Docker’s create', () => {
  it('makes the volume with the resource’s defaults, tells its users, and wakes the worker', async () => {
    const { id, agent } = await booted();
    const { status, body } = await create(agent, 'data', { size: '5GiB', fs: 'xfs' });
    expect([status, body]).toEqual([
      201,
      {
        id: expect.any(String),
        name: 'data',
        size: 5,
        fs: 'xfs',
        type: 'gp3',
        backups: 'daily',
        created_at: expect.any(String),
        generation: 1,
        formatted: false,
        ebs_volume_id: null,
        state: 'missing',
        attached_here: false,
        refusal: null,
        waiting_for: null,
      },
    ]);
    await takeVolumeRing(api.env.REDIS_URL, String(body.id));
    expect((await create(agent, 'other')).body).toMatchObject({ size: 10, fs: 'ext4' });
    expect((await agent.call('GET', '/agent/volumes')).body).toMatchObject({ volumes: [body, { name: 'other' }] });
    expect(await told(id)).toEqual([
      'Volume data was made: 5 GiB, gp3, xfs, backed up daily',
      'Volume other was made: 10 GiB, gp3, ext4, backed up daily',
    ]);
  });

  it('of a name that is there already is the same volume, whatever its size; another type or file system is refused', async () => {
    const { id, agent } = await booted();
    const first = await create(agent, 'data', { size: '5' });
    expect(await create(agent, 'data', { size: '5' })).toMatchObject({ status: 200, body: first.body });
    expect(await create(agent, 'data')).toMatchObject({ status: 200, body: first.body });
    expect(await create(agent, 'data', { size: '9', backups: 'none' })).toMatchObject({ status: 200, body: first.body });
    for (const options of [{ type: 'gp2' }, { fs: 'xfs' }]) {
      const answer = await create(agent, 'data', options);
      expect([errorOf(answer), answer.body.message]).toEqual([[422, 'volume_options'], expect.stringContaining('is there already, with')]);
    }
    expect(await told(id)).toEqual([
      'Volume data was made: 5 GiB, gp3, ext4, backed up daily',
      'Docker asks for volume data with size 9, backups none: it stays as it is, 5 GiB. heroku dh:volumes:resize changes it',
    ]);
  });

  it('asked for by many at once makes one volume', async () => {
    const { agent } = await booted();
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(agent, 'data', { size: '1' })));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(9);
  });

  it('never exceeds the plan, however many ask at once, and says what is left', async () => {
    const { agent } = await booted();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => create(agent, `v${String(at)}`, { size: '1' })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(new Set(answers.filter(({ status }) => status !== 201).map(({ body }) => body.id))).toEqual(new Set(['volume_limit']));
    const standard = await booted('standard');
    const large = await Promise.all(Array.from({ length: 20 }, (_, at) => create(standard.agent, `v${String(at)}`, { size: '45' })));
    expect(large.filter(({ status }) => status === 201)).toHaveLength(4);
    expect((await create(standard.agent, 'more', { size: '30' })).body.message).toBe(
      'The plan Standard holds volumes of 200 GiB together: 20 GiB are left, not 30. Take less, remove another volume, or change the plan.',
    );
    expect((await create(standard.agent, 'more', { size: '20' })).status).toBe(201);
  });

  it('refuses options that mean nothing, in words for a terminal', async () => {
    const { agent } = await booted();
    const refusals: [Record<string, string>, string][] = [
      [{ sise: '20' }, 'This driver has no option "sise". It knows size, type, iops, throughput, fs, backups.'],
      [{ size: '20TB' }, 'size is "20TB"; it must be whole GiB from 1 to 16384, like 20 or 20GiB.'],
      [{ type: 'gp2', iops: '3000' }, 'iops cannot be chosen for a volume of type gp2. Leave it out, or take gp3, io1 or io2.'],
      [{ size: '5', iops: '6000' }, 'A volume of type gp3 and 5 GiB has at most 3000 iops.'],
    ];
    for (const [options, sentence] of refusals) {
      const answer = await create(agent, 'data', options);
      expect([errorOf(answer), answer.body.message]).toEqual([[422, 'volume_options'], sentence]);
    }
    for (const name of ['', '-x', 'a/b', 'a'.repeat(129)]) expect(errorOf(await create(agent, name))).toEqual([422, 'invalid_request']);
  });
});

describe('a host that wants a volume', () => {
  it('wakes the worker once, and hears when the volume is attached to it', async () => {
    const { agent } = await booted();
    const { body } = await create(agent, 'data');
    await takeVolumeRing(api.env.REDIS_URL, String(body.id));
    expect((await post(agent, body.id, 'attach')).body).toMatchObject({ attached_here: false, state: 'missing' });
    await takeVolumeRing(api.env.REDIS_URL, String(body.id));
    const before = await api.database.volume.findUniqueOrThrow({ where: { id: String(body.id) } });
    expect(before).toMatchObject({ wantedHostId: agent.hostId, desiredVersion: 2 });
    await passes.see(before.id, { state: 'attaching', attachedHostId: agent.hostId, waitingFor: 'AWS to attach the volume' });
    expect((await post(agent, body.id, 'attach')).body).toMatchObject({ attached_here: false, waiting_for: 'AWS to attach the volume' });
    await passes.attach(before.id, agent.hostId);
    const attached = { attached_here: true, state: 'attached', ebs_volume_id: 'vol-1', refusal: null };
    expect((await agent.call('GET', `/agent/volumes/${before.id}`)).body).toMatchObject(attached);
    expect((await post(agent, body.id, 'attach')).body).toMatchObject(attached);
    expect((await api.database.volume.findUniqueOrThrow({ where: { id: before.id } })).desiredVersion).toBe(2);
  });

  it('hears why it may not have it now, but never what was said before it asked', async () => {
    const { id, agent } = await booted();
    const volumeId = String((await create(agent, 'data')).body.id);
    const other = await anotherHost(id);
    await post(agent, volumeId, 'attach');
    await passes.see(volumeId, { state: 'attached', attachedHostId: other, refusal: 'Host 2 uses this volume.' });
    const refused = { attached_here: false, refusal: 'Host 2 uses this volume.' };
    expect((await agent.call('GET', `/agent/volumes/${volumeId}`)).body).toMatchObject(refused);
    await post(agent, volumeId, 'release');
    expect((await post(agent, volumeId, 'attach')).body).toMatchObject({ refusal: null });
    await passes.see(volumeId, {});
    expect((await post(agent, volumeId, 'attach')).body).toMatchObject(refused);
  });

  it('hears of trouble that keeps the disk away, and not of trouble with backups', async () => {
    const { agent } = await booted();
    const volumeId = String((await create(agent, 'data')).body.id);
    await post(agent, volumeId, 'attach');
    const trouble = { attentionCode: 'aws_rejected', attentionMessage: 'AWS refused a request.' };
    await passes.see(volumeId, { state: 'attaching', step: 'expire backups', ...trouble });
    expect((await post(agent, volumeId, 'attach')).body).toMatchObject({ attached_here: false, refusal: null });
    await passes.see(volumeId, { state: 'missing', step: 'create disk', ...trouble });
    expect((await post(agent, volumeId, 'attach')).body).toMatchObject({ refusal: 'AWS refused a request.' });
  });

  it('gets it though another asks at the same time, who is told so; once it has it, a pass decides', async () => {
    const { id, agent } = await booted();
    const volumeId = String((await create(agent, 'data')).body.id);
    const other = await anotherHost(id);
    const attachments = new VolumeAttachmentStore(api.database);
    const rival = async () => (await attachments.attach(id, volumeId, { id: other, enrolledAt: new Date(0) })).volume.wantedHostId;
    const version = async () => (await api.database.volume.findUniqueOrThrow({ where: { id: volumeId } })).desiredVersion;
    await post(agent, volumeId, 'attach');
    for (let times = 0; times < 5; times += 1) {
      expect((await post(agent, volumeId, 'attach')).body).toMatchObject({ refusal: null });
      expect(await rival()).toBe(agent.hostId);
    }
    expect(await version()).toBe(2);
    await passes.attach(volumeId, agent.hostId);
    expect([await rival(), await version()]).toEqual([other, 3]);
    // As long as it has it, it may have it again.
    expect((await post(agent, volumeId, 'attach')).body).toMatchObject({ attached_here: true });
    expect([await rival(), await version()]).toEqual([other, 5]);
    await passes.see(volumeId, { state: 'attaching', attachedHostId: other });
    const refused = { attached_here: false, refusal: 'Another host is waiting for the volume data. One host at a time can have it.' };
    expect((await post(agent, volumeId, 'attach')).body).toMatchObject(refused);
    // It has given up.
    await api.database.volume.update({ where: { id: volumeId }, data: { wantedSince: new Date(Date.now() - 11_000) } });
    expect((await post(agent, volumeId, 'attach')).body).toMatchObject({ attached_here: false, refusal: null });
    expect(await version()).toBe(6);
  });

  it('gets nothing of the disk of a generation that is over', async () => {
    const { agent } = await booted();
    const volumeId = String((await create(agent, 'data')).body.id);
    await post(agent, volumeId, 'attach');
    await passes.attach(volumeId, agent.hostId);
    await api.database.volume.update({ where: { id: volumeId }, data: { generation: 2, desiredVersion: { increment: 1 } } });
    expect((await agent.call('GET', `/agent/volumes/${volumeId}`)).body).toMatchObject({
      generation: 2,
      attached_here: false,
      state: 'missing',
      ebs_volume_id: null,
    });
  });

  it('asks anew when it is another machine than the one that had it', async () => {
    const { id, agent } = await booted();
    const volumeId = String((await create(agent, 'data')).body.id);
    await post(agent, volumeId, 'attach');
    const { token } = await worker.replaceHost(id);
    const next = await AsAgent.enrol(api, id, agent.hostId, token);
    await post(next, volumeId, 'attach');
    await post(next, volumeId, 'attach');
    expect(await api.database.volume.findUniqueOrThrow({ where: { id: volumeId } })).toMatchObject({
      wantedHostId: agent.hostId,
      desiredVersion: 3,
    });
  });

  it('lets go of it only as long as nobody else wants it', async () => {
    const { id, agent } = await booted();
    const volumeId = String((await create(agent, 'data')).body.id);
    const wanted = async () => (await api.database.volume.findUniqueOrThrow({ where: { id: volumeId } })).wantedHostId;
    await post(agent, volumeId, 'attach');
    expect((await post(agent, volumeId, 'release')).status).toBe(200);
    expect(await wanted()).toBeNull();
    const other = await anotherHost(id);
    await api.database.volume.update({ where: { id: volumeId }, data: { wantedHostId: other } });
    await takeVolumeRing(api.env.REDIS_URL, volumeId);
    expect((await post(agent, volumeId, 'release')).status).toBe(200);
    expect(await wanted()).toBe(other);
    await takeVolumeRing(api.env.REDIS_URL, volumeId);
  });

  it('has the file system noted that it has made, of the present generation', async () => {
    const { agent } = await booted();
    const volumeId = String((await create(agent, 'data')).body.id);
    expect((await post(agent, volumeId, 'formatted', { generation: 2 })).body).toMatchObject({ formatted: false });
    expect((await post(agent, volumeId, 'formatted', { generation: 1 })).body).toMatchObject({ formatted: true });
    expect((await post(agent, volumeId, 'formatted', { generation: 1 })).body).toMatchObject({ formatted: true });
    expect(errorOf(await post(agent, volumeId, 'formatted', { generation: 0 }))).toEqual([422, 'invalid_request']);
  });
});

describe('Docker’s remove', () => {
  it('is done once and may be repeated; the name is free again', async () => {
    const { id, agent } = await booted();
    const volumeId = String((await create(agent, 'data')).body.id);
    await post(agent, volumeId, 'attach');
    await passes.attach(volumeId, agent.hostId);
    for (let times = 0; times < 2; times += 1) expect((await agent.call('DELETE', `/agent/volumes/${volumeId}`)).status).toBe(204);
    expect(errorOf(await agent.call('GET', `/agent/volumes/${volumeId}`))).toEqual([404, 'volume_not_found']);
    expect(errorOf(await post(agent, volumeId, 'attach'))).toEqual([404, 'volume_not_found']);
    expect((await create(agent, 'data')).status).toBe(201);
    expect((await told(id))[1]).toBe('Volume data was removed; its content is kept for a while');
  });

  it('is refused while another host has the volume, or wants it', async () => {
    const { id, agent } = await booted();
    const volumeId = String((await create(agent, 'data')).body.id);
    const other = await anotherHost(id);
    await passes.attach(volumeId, other);
    const inUse = await agent.call('DELETE', `/agent/volumes/${volumeId}`);
    expect([errorOf(inUse), inUse.body.message]).toEqual([[409, 'volume_in_use'], expect.stringContaining('Host 2 uses the volume data')]);
    await passes.see(volumeId, { state: 'available', attachedHostId: null });
    await api.database.volume.update({ where: { id: volumeId }, data: { wantedHostId: other } });
    expect(errorOf(await agent.call('DELETE', `/agent/volumes/${volumeId}`))).toEqual([409, 'volume_in_use']);
  });
});

it('a volume of another cluster does not exist', async () => {
  const [mine, other] = [await booted(), await booted()];
  const volumeId = String((await create(other.agent, 'data')).body.id);
  for (const id of [volumeId, randomUUID(), 'data']) {
    for (const answer of [
      await mine.agent.call('GET', `/agent/volumes/${id}`),
      await post(mine.agent, id, 'attach'),
      await post(mine.agent, id, 'release'),
      await post(mine.agent, id, 'formatted', { generation: 1 }),
      await mine.agent.call('DELETE', `/agent/volumes/${id}`),
    ]) {
      expect(errorOf(answer)).toEqual([404, 'volume_not_found']);
    }
  }
  expect(await api.database.volume.findUniqueOrThrow({ where: { id: volumeId } })).toMatchObject({
    desired: 'present',
    wantedHostId: null,
    formattedGeneration: 0,
  });
});
