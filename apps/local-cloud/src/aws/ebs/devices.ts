/** A volume as a booting machine finds it. */
export interface BootDevice {
  volumeId: string;
  /** Name asked from the API, '/dev/sdf'. */
  device: string;
  /** Number of its block device on this machine. */
  minor: number;
}

/** What the link by volume id shows at first: the device, nothing, or a device that has left. */
export type FirstLink = 'right' | 'missing' | 'wrong';

/**
 * Volumes as block devices, here and in instances. `device-host.ts` makes them of loop devices; unit tests have a fake. A volume has a
 * device only while the machine of its instance runs.
 */
export interface Devices {
  /** Gives a volume its block device on this machine, or finds it. @returns its minor number. */
  connect(volumeId: string): Promise<number>;
  /** Takes it away. Succeeds if there is none; fails while it is mounted. */
  disconnect(volumeId: string): Promise<void>;
  /** Makes the block device as large as the volume has become. */
  resize(volumeId: string): Promise<void>;
  /** Makes the volume appear in a running machine, under the next free NVMe number. Repeating it is success. */
  plug(instanceId: string, volumeId: string, device: string, link: FirstLink): Promise<void>;
  /** Makes the link by volume id what it should be. */
  relink(instanceId: string, volumeId: string): Promise<void>;
  /**
   * Makes the volume vanish from its machine.
   * @param force also while it is mounted: the machine gets I/O errors, and keeps a dead device until it ends.
   * @returns 'busy' if it stays since it is mounted, 'torn' if force was needed.
   */
  unplug(instanceId: string, volumeId: string, device: string, force: boolean): Promise<'free' | 'busy' | 'torn'>;
  /** Ends what a run that was killed has left frozen. */
  thaw(instanceId: string, volumeId: string): Promise<void>;
  /** Does `work` while the volume's file systems in its machine take no writes. */
  whileFrozen(instanceId: string, volumeId: string, work: () => Promise<void>): Promise<void>;
}
