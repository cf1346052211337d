import type { AgentVolume } from '@dockhero/contracts/agent-volumes';
import { fieldsOf, textOf } from '../docker/read-json.js';

const states = new Set(['missing', 'creating', 'available', 'attaching', 'attached', 'detaching', 'deleted', 'lost']);
/** Names become file names. */
export const isVolumeName = (text: string): boolean => /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/.test(text);

/** What the control plane, or our own record of it, says of a volume. @throws Error when it is none: nothing may be done by a guess. */
export function parseAgentVolume(value: unknown): AgentVolume {
  const found = fieldsOf(value);
  const textOrNull = (from: unknown): string | null => (typeof from === 'string' ? from : null);
  const [id, name, state, ebs] = [textOf(found.id), textOf(found.name), textOf(found.state), textOrNull(found.ebs_volume_id)];
  const isRight =
    /^[0-9a-f-]{36}$/.test(id) &&
    isVolumeName(name) &&
    states.has(state) &&
    typeof found.formatted === 'boolean' &&
    typeof found.generation === 'number' &&
    (ebs === null || /^vol-[0-9a-f]{8,17}$/.test(ebs));
  if (!isRight) throw new Error('that is no volume');
  return {
    id,
    name,
    size: typeof found.size === 'number' ? found.size : 0,
    fs: found.fs === 'xfs' ? 'xfs' : 'ext4',
    created_at: textOf(found.created_at),
    type: textOf(found.type),
    backups: found.backups === 'none' ? 'none' : 'daily',
    generation: found.generation as number,
    formatted: found.formatted as boolean,
    ebs_volume_id: ebs,
    state: state as AgentVolume['state'],
    attached_here: found.attached_here === true,
    refusal: textOrNull(found.refusal),
    waiting_for: textOrNull(found.waiting_for),
  };
}
