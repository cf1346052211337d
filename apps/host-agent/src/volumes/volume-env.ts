/** Where the volume driver finds and keeps things. A host needs the first two settings; tests set all. */
export interface VolumeEnv {
  /** `https://ADDRESS:PORT` of the control plane's listener for agents. Null: there is no volume driver. */
  readonly controlUrl: string | null;
  readonly hostId: string;
  /** Docker looks for plugins here; the file's name is the driver's. */
  readonly socket: string;
  /** Systemd has opened the socket for us, as file descriptor 3. */
  readonly isSocketPassed: boolean;
  readonly recordsDir: string;
  /** On a tmpfs: what must not outlive a boot. */
  readonly runDir: string;
  readonly mountRoot: string;
  readonly byIdDir: string;
  readonly sysDir: string;
  readonly dockerPidFile: string;
  /** How long a volume stays mounted after its last use. */
  readonly lingerMs: number;
  /** Between two looks at Docker's running containers. */
  readonly lookEveryMs: number;
}
