import { fieldsOf, parseJson } from '../docker/read-json.js';
import { json, sentence, type Answer, type Routes } from '../serve/agent-server.js';
import { checkRoutes } from './check-routes.js';
import { DriverError } from './driver-error.js';
import { growFileSystem } from './file-system.js';
import type { VolumeRecord } from './records.js';
import type { Volumes } from './volumes.js';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const doneAnswer: Answer = { status: 204 };

/** What the control plane may ask about volumes and their backups. */
export function volumeRoutes(volumes: Volumes): Routes {
  return {
    ...checkRoutes(volumes.checks),
    '/volumes': { GET: async () => json(200, { volumes: await volumes.mounted() }) },
    '/volumes/release': { POST: (body) => withVolume(volumes, body, (record) => release(volumes, record)) },
    '/volumes/grow': { POST: (body) => withVolume(volumes, body, (record) => grow(volumes, record)) },
    '/volumes/freeze': { POST: (body) => freeze(volumes, body) },
    '/volumes/thaw': { POST: (body) => thaw(volumes, body) },
  };
}

async function release(volumes: Volumes, { volume, held }: VolumeRecord): Promise<Answer> {
  const { turns, linger, holder } = volumes;
  const { name } = volume;
  if (volumes.uses(name) > 0) return sentence(409, `A container on this host uses volume ${name}.`);
  // Not waited for: it may take minutes, and whoever asks now wants to know.
  if (turns.isBusy(name)) return held ? sentence(409, `Volume ${name} is being mounted on this host.`) : doneAnswer;
  return await turns.run(name, async () => {
    linger.cancel(name);
    try {
      await holder.letGo(name);
      return doneAnswer;
    } catch (error) {
      linger.begin(name);
      throw error;
    }
  });
}

async function grow({ turns, mounts }: Volumes, { volume }: VolumeRecord): Promise<Answer> {
  return await turns.run(volume.name, async () => {
    const mounted = mounts.find(volume.name);
    if (mounted) await growFileSystem(mounted.device, mounted.fstype === 'xfs' ? 'xfs' : 'ext4', mounted.mountpoint);
    return doneAnswer;
  });
}

async function freeze(volumes: Volumes, body: string): Promise<Answer> {
  const { max_ms, ...others } = fieldsOf(parseJson(body));
  if (typeof max_ms !== 'number' || !Number.isInteger(max_ms) || max_ms < 500 || max_ms > 10_000)
    return sentence(400, 'max_ms is 500 to 10000.');
  return await withVolume(
    volumes,
    JSON.stringify(others),
    async ({ volume }) => {
      if (!volumes.mounts.find(volume.name)) return sentence(404, `Volume ${volume.name} is not mounted on this host.`);
      return json(200, await volumes.freezer.freeze(volume.name, max_ms));
    },
    404,
  );
}

async function thaw({ freezer }: Volumes, body: string): Promise<Answer> {
  const { freeze_id, ...others } = fieldsOf(parseJson(body));
  if (typeof freeze_id !== 'string' || !uuid.test(freeze_id) || Object.keys(others).length > 0)
    return sentence(400, 'Send {"freeze_id": UUID}.');
  return json(200, await freezer.thaw(freeze_id));
}

/** A volume that is not known here is not mounted here, unless something is mounted of which we have no record. */
async function withVolume(volumes: Volumes, body: string, act: (record: VolumeRecord) => Promise<Answer>, unknown = 204): Promise<Answer> {
  const { volume_id, ...others } = fieldsOf(parseJson(body));
  if (typeof volume_id !== 'string' || !uuid.test(volume_id) || Object.keys(others).length > 0)
    return sentence(400, 'Send {"volume_id": UUID}.');
  const { records, mounts } = volumes;
  const record = records.findById(volume_id);
  const stranger = mounts.names().find((name) => !records.find(name));
  if (!record && stranger !== undefined) return sentence(503, `Something is mounted as ${stranger} of which the agent has no record.`);
  if (!record) return unknown === 204 ? doneAnswer : sentence(unknown, 'This volume is not mounted on this host.');
  try {
    return await act(record);
  } catch (error) {
    if (error instanceof DriverError) return sentence(409, error.message);
    throw error;
  }
}
