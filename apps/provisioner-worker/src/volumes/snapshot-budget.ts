import { CallBudget } from '@dockhero/domain/volumes/call-budget';

/** This process' share of EC2's bucket for CreateSnapshot and DeleteSnapshot: a day's backups leave room for everything else. */
export class SnapshotBudget extends CallBudget {}
