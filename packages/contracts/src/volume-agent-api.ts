import { z } from 'zod';

export { controlServerName } from './agent-volumes.js';
export type { AgentVolume, AgentVolumes, FrozenVolume, MountedVolume, MountedVolumes, ThawedVolume } from './agent-volumes.js';

// What the host agent asks of the control plane, with the host's own certificate, below `/agent` of the API's listener for mutual TLS; and what
// the control plane asks of the agent (port 2378). Sizes are GiB, times ISO 8601.

/** Docker's own rule for names of volumes. */
export const volumeName = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/);

/** `POST /agent/volumes`: Docker's `Create`. 201 with the volume, 200 when it is there already with options that agree. Errors say what to do in `message`. */
export const createVolumeRequest = z.strictObject({
  name: volumeName,
  /** As they were given: `size`, `type`, `iops`, `throughput`, `fs`, `backups`. */
  options: z.record(z.string().max(64), z.string().max(256)),
});
export type CreateVolumeRequest = z.infer<typeof createVolumeRequest>;

// `GET /agent/volumes/:id` one of them · `POST /agent/volumes/:id/attach` this host wants it: asked again until `attached_here` or `refusal` ·
// `POST /agent/volumes/:id/release` this host has unmounted it and lets go · `DELETE /agent/volumes/:id` Docker's `Remove`: 204, its content is kept for days ·
// `POST /agent/volumes/:id/formatted` { generation }: it has made a file system. All but DELETE answer with an AgentVolume.
export const formattedRequest = z.strictObject({ generation: z.number().int().min(1) });

// The agent's side, port 2378, for the control plane.

/** `POST /volumes/release` { volume_id }: unmounts it unless a container uses it. 204, also when it is not mounted; 409 with a sentence while it is in use. */
export const volumeRequest = z.strictObject({ volume_id: z.uuid() });

/** `POST /volumes/grow` { volume_id }: the file system takes the device's size. 204. */

/**
 * `POST /volumes/freeze`: runs the containers' `dockhero.backup.pre` hooks, then holds back writes. The thaw comes after `max_ms` whatever happens to the agent or to us.
 * 200 with what was reached; not mounted here: 404, and no freeze is needed.
 */
export const freezeRequest = z.strictObject({ volume_id: z.uuid(), max_ms: z.number().int().min(500).max(10_000) });

/** `POST /volumes/thaw` { freeze_id }: thaws and runs the `dockhero.backup.post` hooks; the answer waits some seconds for what becomes of them. `held` is false when the freeze had ended by itself before: then what was taken is as after a power cut. */
export const thawRequest = z.strictObject({ freeze_id: z.uuid() });

// `POST /checks` { ebs_volume_id, volume, blocks: [index…] }: checks a disk that was made of a backup and is attached here for nobody's use. Begins with the first
// call, and tells how far it is with each: 200 with a CheckedDisk. `POST /checks/end` { ebs_volume_id }: forgets it. 204; 409 while something of it is mounted still.
