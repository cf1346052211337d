import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** The part of a container configuration that we use. @see OCI image specification, config.md */
export interface ImageConfig {
  Cmd: string[];
  ExposedPorts?: Record<string, object>;
}

const CALL_TIMEOUT_MS = 30_000;
const MANIFEST_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';
const CONFIG_TYPE = 'application/vnd.docker.container.image.v1+json';
const LAYER_TYPE = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

/**
 * Puts a one-layer image into a registry over its HTTP API. Repeating it changes nothing: blobs are addressed by content.
 * @param name repository and tag, 'library/busybox:latest'.
 */
export async function pushImage(registryUrl: string, name: string, config: ImageConfig, layer: Buffer): Promise<void> {
  const [repository, tag] = name.split(':');
  if (!repository || !tag) throw new Error(`'${name}' is not a repository with a tag`);
  const compressed = gzipSync(layer, { level: 6 });
  const configBlob = Buffer.from(JSON.stringify(imageConfig(config, layer)));
  await pushBlob(registryUrl, repository, compressed);
  await pushBlob(registryUrl, repository, configBlob);
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: CONFIG_TYPE, size: configBlob.length, digest: digestOf(configBlob) },
    layers: [{ mediaType: LAYER_TYPE, size: compressed.length, digest: digestOf(compressed) }],
  };
  const url = `${registryUrl}/v2/${repository}/manifests/${tag}`;
  await call(url, { method: 'PUT', headers: { 'content-type': MANIFEST_TYPE }, body: JSON.stringify(manifest) });
}

function imageConfig(config: ImageConfig, layer: Buffer): object {
  return {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    created: '2026-11-01T00:00:00Z',
    config: { ...config, Env: ['PATH=/bin'], WorkingDir: '/' },
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    history: [{ created: '2026-11-01T00:00:00Z', created_by: 'dockhero local cloud' }],
  };
}

async function pushBlob(registryUrl: string, repository: string, blob: Buffer): Promise<void> {
  const digest = digestOf(blob);
  const head = await fetch(`${registryUrl}/v2/${repository}/blobs/${digest}`, {
    method: 'HEAD',
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  });
  if (head.ok) return;
  const begun = await call(`${registryUrl}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
  const location = new URL(begun.headers.get('location') ?? '', registryUrl);
  location.searchParams.set('digest', digest);
  await call(location.href, { method: 'PUT', headers: { 'content-type': 'application/octet-stream' }, body: new Uint8Array(blob) });
}

async function call(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${init.method} ${url}: ${response.status} ${await response.text()}`);
  return response;
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
