/** The one image of the local cloud: Debian 12 with Docker, built by `machine/base-image.ts`. */
export const MACHINE_IMAGE = {
  id: 'ami-0d0c0ec0debb12001',
  name: 'dockhero-host-debian-12',
  description: 'Debian 12 with systemd and Docker, for instances of the local cloud',
  createdAt: '2026-11-01T00:00:00.000Z',
  rootDevice: '/dev/xvda',
  rootSnapshotId: 'snap-0d0c0ec0debb12001',
  rootSizeGib: 8,
  architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
} as const;
