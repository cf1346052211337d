import type { Cloud } from '../cloud.js';
import type { Instance } from '../state/cloud-state.js';
import { listFolder, metadataPaths } from './metadata-paths.js';
import type { MetadataTokens } from './metadata-tokens.js';

export interface MetadataRequest {
  method: string;
  /** Path with leading slash, without query. */
  path: string;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
}

export interface MetadataAnswer {
  status: number;
  headers?: Record<string, string>;
  body: string | Buffer;
}

const VERSION = /^\/(latest|\d{4}-\d{2}-\d{2}|1\.0)(?:\/(.*))?$/;
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';

/**
 * Answers one request of an instance as IMDSv2 does. Which instance asks is told by the source address, so a container asks as its
 * instance. @see specs/ec2-ebs.md, section 13.1
 */
export function answerMetadata(cloud: Cloud, tokens: MetadataTokens, instance: Instance, request: MetadataRequest): MetadataAnswer {
  if (instance.metadata.endpoint === 'disabled') return refuse(403, 'Forbidden');
  if (request.method === 'PUT') return issueToken(tokens, instance, request);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'Method Not Allowed');
  const token = text(request.headers['x-aws-ec2-metadata-token']);
  const isTokenValid = token !== undefined && tokens.isValid(instance.id, token);
  if (!isTokenValid && (token !== undefined || instance.metadata.tokens === 'required')) return refuse(401, 'Unauthorized');
  return find(cloud, instance, request.path);
}

function issueToken(tokens: MetadataTokens, instance: Instance, { path, headers }: MetadataRequest): MetadataAnswer {
  if (path !== '/latest/api/token') return refuse(403, 'Forbidden');
  if (headers['x-forwarded-for'] !== undefined) return refuse(403, 'Forbidden'); // an open proxy must not hand out tokens
  const issued = tokens.issue(instance.id, text(headers[TTL_HEADER]));
  if (!issued) return refuse(400, 'Bad Request');
  return { status: 200, headers: { [TTL_HEADER]: String(issued.ttlSeconds) }, body: issued.token };
}

function find(cloud: Cloud, instance: Instance, path: string): MetadataAnswer {
  if (path === '/') return { status: 200, body: '1.0\n2021-03-23\nlatest' };
  const versioned = VERSION.exec(path);
  if (!versioned) return refuse(404, 'Not Found');
  const wanted = (versioned[2] ?? '').replace(/\/$/, '');
  if (wanted === 'user-data') return userData(instance);
  const paths = metadataPaths(cloud, instance);
  const value = paths.get(wanted) ?? listFolder([...paths.keys(), ...(instance.userData ? ['user-data'] : [])], wanted);
  return value === null ? refuse(404, 'Not Found') : { status: 200, body: value };
}

function userData(instance: Instance): MetadataAnswer {
  if (instance.userData === null) return refuse(404, 'Not Found');
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: Buffer.from(instance.userData, 'base64') };
}

function refuse(status: number, title: string): MetadataAnswer {
  const body = `<?xml version="1.0" encoding="iso-8859-1"?>\n<html><head><title>${status} - ${title}</title></head><body><h1>${status} - ${title}</h1></body></html>\n`;
  return { status, headers: { 'content-type': 'text/html' }, body };
}

function text(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
