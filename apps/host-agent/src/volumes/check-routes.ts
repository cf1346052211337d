import { checkedBlocksMax } from '@dockhero/contracts/agent-volumes';
import { fieldsOf, parseJson } from '../docker/read-json.js';
import { json, sentence, type Answer, type Routes } from '../serve/agent-server.js';
import type { CheckRequest } from './check-disk.js';
import type { Checks } from './checks.js';
import { DriverError } from './driver-error.js';

const diskName = /^vol-[0-9a-f]{8,17}$/;
const volumeName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/;

/** What the control plane may ask about backups. */
export function checkRoutes(checks: Checks): Routes {
  return {
    '/checks': { POST: (body) => check(checks, body) },
    '/checks/end': { POST: (body) => end(checks, body) },
  };
}

function check(checks: Checks, body: string): Answer {
  const request = readRequest(body);
  if (!request) return sentence(400, `Send {"ebs_volume_id", "volume", "blocks": at most ${checkedBlocksMax} numbers}.`);
  return json(200, checks.check(request));
}

async function end(checks: Checks, body: string): Promise<Answer> {
  const { ebs_volume_id, ...others } = fieldsOf(parseJson(body));
  if (!isDisk(ebs_volume_id) || Object.keys(others).length > 0) return sentence(400, 'Send {"ebs_volume_id"}.');
  try {
    return (await checks.end(ebs_volume_id)) ? { status: 204 } : sentence(409, 'The check does not end yet.');
  } catch (error) {
    if (error instanceof DriverError) return sentence(409, error.message);
    throw error;
  }
}

function readRequest(body: string): CheckRequest | null {
  const { ebs_volume_id, volume, blocks, ...others } = fieldsOf(parseJson(body));
  if (!isDisk(ebs_volume_id) || typeof volume !== 'string' || !volumeName.test(volume)) return null;
  if (!Array.isArray(blocks) || blocks.length > checkedBlocksMax || Object.keys(others).length > 0) return null;
  if (!blocks.every((index): index is number => Number.isSafeInteger(index) && Number(index) >= 0 && Number(index) < 2 ** 31)) return null;
  return { diskId: ebs_volume_id, volume, blocks };
}

/** It becomes part of paths. */
function isDisk(value: unknown): value is string {
  return typeof value === 'string' && diskName.test(value);
}
