import type { Disk } from '../ports/disks.js';
import type { Instance, InstanceState } from '../ports/instances.js';

/**
 * What has hung for so long, in milliseconds, is done anew, or forced where that can hurt nobody. EC2 takes seconds; an agent waits for 100 s, in which
 * there is time for a second try.
 */
const attachingMsMax = 60_000;
const detachingMsMax = 60_000;

/** The instance that has a disk. */
export interface Holder {
  /** `gone`: neither of two listings shows it any more. */
  readonly state: InstanceState | 'gone';
  /** Number (from 1) of the host whose instance it is now; null when it is an earlier machine of a host. */
  readonly number: number | null;
}

export interface PlacementView {
  readonly disk: Pick<Disk, 'state' | 'zone' | 'attachment'>;
  /** The host that is to have it, its number from 1 and its present instance; null: none is to. */
  readonly wanted: { readonly number: number; readonly instance: Pick<Instance, 'id' | 'state' | 'zone'> | null } | null;
  /** Of the attachment; null where there is none. */
  readonly holder: Holder | null;
  /** What the holder's agent says: it has let go of it, or a container uses it, or nothing. Null: not asked yet. */
  readonly answer: 'released' | 'in use' | 'silent' | null;
  /** How long this has been waited for, in milliseconds. */
  readonly waitedMs: number;
  readonly now: Date;
}

export type PlacementAction =
  | { readonly do: 'nothing' }
  | { readonly do: 'wait'; readonly waitingFor: string; readonly refusal?: string }
  /** The holder's agent is asked to release it; then this is decided again. */
  | { readonly do: 'ask holder' }
  | { readonly do: 'attach'; readonly instanceId: string }
  | { readonly do: 'detach'; readonly instanceId: string; readonly force: boolean }
  | { readonly do: 'move'; readonly zone: string }
  | { readonly do: 'fail'; readonly message: string };

/**
 * The next thing to do for a disk to come to where it is wanted, one call at a time. Never two writers: a disk is taken away from a running
 * instance only when its agent has let go of it, and by force only from one that runs no more.
 */
export function decidePlacement(view: PlacementView): PlacementAction {
  const { disk, wanted } = view;
  switch (disk.state) {
    case 'creating':
      return { do: 'wait', waitingFor: 'AWS to make the disk' };
    case 'deleting':
      return { do: 'wait', waitingFor: 'AWS to delete the disk' };
    case 'error':
      return { do: 'fail', message: 'AWS reports an error of the disk of this volume. Restore its latest backup.' };
    case 'available':
    case 'in-use':
      break;
  }
  const { attachment } = disk;
  if (!attachment) return wanted ? bring(disk.zone, wanted) : { do: 'nothing' };
  const isWhereWanted = wanted?.instance?.id === attachment.instanceId;
  if (attachment.state === 'detaching' || attachment.state === 'busy') return awaitDetached(view, attachment.instanceId);
  if (!isWhereWanted) return takeAway(view, attachment.instanceId);
  if (attachment.state === 'attached') return { do: 'nothing' };
  // EC2 can hang here for ever, most often over a name that the instance does not give away any more: another attachment takes another name.
  const isStuck = view.now.getTime() - attachment.since.getTime() > attachingMsMax;
  if (isStuck) return { do: 'detach', instanceId: attachment.instanceId, force: false };
  return { do: 'wait', waitingFor: 'AWS to attach the disk' };
}

function bring(zone: string, { number, instance }: NonNullable<PlacementView['wanted']>): PlacementAction {
  if (instance?.state !== 'running') return { do: 'wait', waitingFor: `host ${number} to start` };
  return instance.zone === zone ? { do: 'attach', instanceId: instance.id } : { do: 'move', zone: instance.zone };
}

const stuckDetaching =
  'AWS has been detaching this volume from the host that had it for more than a minute. We keep trying; restarting that host helps.';

function awaitDetached({ holder, waitedMs }: PlacementView, instanceId: string): PlacementAction {
  const isOff = holder?.state === 'stopped' || holder?.state === 'terminated' || holder?.state === 'gone';
  if (isOff && waitedMs > detachingMsMax) return { do: 'detach', instanceId, force: true };
  const refusal = waitedMs > detachingMsMax ? { refusal: stuckDetaching } : {};
  return { do: 'wait', waitingFor: 'AWS to detach the disk', ...refusal };
}

function takeAway({ holder, answer }: PlacementView, instanceId: string): PlacementAction {
  const detach: PlacementAction = { do: 'detach', instanceId, force: false };
  switch (holder?.state) {
    case undefined:
      return { do: 'wait', waitingFor: 'AWS to show the host that has the disk' };
    case 'stopped':
    case 'terminated':
    case 'gone':
      return detach;
    case 'pending':
    case 'stopping':
    case 'shutting-down':
      return { do: 'wait', waitingFor: 'the host that has the disk to end' };
    case 'running':
      break;
  }
  if (holder.number === null)
    return {
      do: 'wait',
      waitingFor: 'a replaced host to end',
      refusal: 'A host that is being replaced has this volume until it has ended.',
    };
  const host = `host ${holder.number}`;
  switch (answer) {
    case null:
      return { do: 'ask holder' };
    case 'released':
      return detach;
    case 'in use':
      return {
        do: 'wait',
        waitingFor: `${host} to stop using the volume`,
        refusal: `Host ${holder.number} uses this volume. Stop the containers that use it there.`,
      };
    case 'silent':
      return {
        do: 'wait',
        waitingFor: `${host} to answer`,
        refusal: `Host ${holder.number} has this volume and does not answer: it stays there until the host answers or is replaced.`,
      };
  }
}
