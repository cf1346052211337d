import path from 'node:path';

/** What belongs to one instance on this machine's disk. */
export interface MachineFiles {
  dir: string;
  /** Root volume: a sparse file with an ext4 inside. */
  rootDisk: string;
  console: string;
  /** Process number of the instance's PID 1 as seen from here, written by itself. */
  initPid: string;
  /** Appears when the instance has its network, which lets it go on booting. */
  networkReady: string;
  /** Exit status of the instance's PID 1, written by its supervisor at the end. */
  ended: string;
  /** Identity of supervisor and PID 1, so that a later start of the local cloud finds them. */
  processes: string;
}

export function machineFiles(dataDir: string, id: string): MachineFiles {
  const dir = path.join(dataDir, 'instances', id);
  const at = (name: string): string => path.join(dir, name);
  return {
    dir,
    rootDisk: at('root.img'),
    console: at('console.log'),
    initPid: at('init.pid'),
    networkReady: at('network-ready'),
    ended: at('ended'),
    processes: at('processes.json'),
  };
}
