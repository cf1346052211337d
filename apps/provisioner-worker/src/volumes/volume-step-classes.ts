import { AttachDisk } from './steps/attach-disk.js';
import { BackUp } from './steps/back-up.js';
import { ChangeDisk } from './steps/change-disk.js';
import { CreateDisk } from './steps/create-disk.js';
import { DeleteDisks } from './steps/delete-disks.js';
import { DeleteReplacedDisks } from './steps/delete-replaced-disks.js';
import { ExpireBackups } from './steps/expire-backups.js';
import { ForgetVolume } from './steps/forget-volume.js';
import { ReleaseDisks } from './steps/release-disks.js';
import { ReleaseReplacedDisks } from './steps/release-replaced-disks.js';
import { VerifyBackups } from './steps/verify-backups.js';

/** The order of a wanted volume's steps. The names that customers see are in the domain; a different order there stops the process at start. */
export const presentVolumeStepClasses = [
  ReleaseReplacedDisks,
  CreateDisk,
  AttachDisk,
  ChangeDisk,
  DeleteReplacedDisks,
  BackUp,
  ExpireBackups,
  VerifyBackups,
] as const;

/** The order of a removed volume's steps. */
export const removedVolumeStepClasses = [ReleaseDisks, DeleteDisks, BackUp, ExpireBackups, VerifyBackups, ForgetVolume] as const;
