/** The image that a host's shell runs in: nothing at all, everything in it is the host's own. Made on the host; no registry has it. */
export const hostShellImage = 'dockhero/host-shell:1';

/** A tar archive without a file in it: its two closing blocks. */
export const emptyArchive = Buffer.alloc(1_024);

/** What looks whether the image is there: prints its id, or nothing. */
export const findImageArguments = ['image', 'ls', '--quiet', hostShellImage] as const;

/** What makes the image from an archive on stdin. */
export const importImageArguments = ['import', '--message', 'shell of the host, for heroku dh:ssh', '-', hostShellImage] as const;

/** Arguments of `docker run` for the host's own programs, so that the empty image can start one. */
export const programVolumes: readonly string[] = ['/usr', '/lib', '/lib64', '/bin', '/sbin'].map((path) => `--volume=${path}:${path}:ro`);

/**
 * What an administrator's shell needs beyond Docker's default. Named one by one and not `ALL`: where the engine itself lacks one of all
 * (a host inside a container does), `ALL` and `--privileged` are refused.
 */
const capabilities = [
  'DAC_READ_SEARCH',
  'IPC_LOCK',
  'LINUX_IMMUTABLE',
  'NET_ADMIN',
  'SYSLOG',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_PTRACE',
  'SYS_TIME',
];

/**
 * Arguments of docker for a root shell on the host: its processes, its network, its files. As ssh has it, `words` are one line for the shell.
 * Nothing it prints goes into the app's log.
 * @param terminal which of ours are one: a command in a pipe gets none.
 */
export function hostShellArguments(
  words: readonly string[],
  terminal: { readonly stdin: boolean; readonly stdout: boolean },
): readonly string[] {
  const flags = [
    'rm',
    'interactive',
    ...(terminal.stdin && terminal.stdout ? ['tty'] : []),
    ...['pid', 'network', 'uts', 'ipc'].map((name) => `${name}=host`),
    ...capabilities.map((name) => `cap-add=${name}`),
    'security-opt=apparmor=unconfined',
    'security-opt=seccomp=unconfined',
    'log-driver=none',
    'env=HOME=/root',
    'volume=/:/host',
  ].map((flag) => `--${flag}`);
  // What is started then sees the host's root as its own.
  const shell = ['/usr/sbin/chroot', '/host', '/bin/bash', '--login'];
  const line = words.length > 0 ? ['-c', words.join(' ')] : [];
  return ['run', ...flags, ...programVolumes, hostShellImage, ...shell, ...line];
}
