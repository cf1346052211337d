import { createVolumeRequest, formattedRequest } from '@dockhero/contracts/volume-agent-api';
import { backupScheduleRequest, changeVolumeRequest, createBackupRequest, restoreBackupRequest } from '@dockhero/contracts/volumes-api';
import { z } from 'zod';
import { answers, json, pathParameter, token } from '../openapi-parts.js';

const body = (schema: z.ZodType) => ({ requestBody: { required: true, ...json(z.toJSONSchema(schema, { io: 'input' })) } });
const operation = (tag: string, operationId: string, codes: Record<string, string>, more: object = {}) => ({
  tags: [tag],
  operationId,
  ...more,
  responses: answers(codes),
});
const customers = (operationId: string, codes: Record<string, string>, more: object = {}) =>
  operation('volumes', operationId, { ...codes, 404: 'unknown', 410: 'removed' }, more);
const agents = (operationId: string, codes: Record<string, string>, more: object = {}) =>
  operation('host', operationId, { ...codes, 403: 'not the host’s certificate' }, { security: [{ hostCertificate: [] }], ...more });

const name = pathParameter('name', 'Docker’s name of the volume');
const backup = pathParameter('id', 'of the backup');
const volume = pathParameter('id', 'of the volume');

/** Volumes and backups as OpenAPI paths. Those of agents are on the listener for mutual TLS only. */
export const volumePaths = {
  '/c/{token}/volumes': { parameters: [token], get: customers('readVolumes', { 200: 'volumes, and what the plan holds' }) },
  '/c/{token}/volumes/{name}': {
    parameters: [token, name],
    patch: customers('changeVolume', { 200: 'wanted so; the worker changes it', 422: 'refused' }, body(changeVolumeRequest)),
    delete: customers('removeVolume', { 202: 'its content is kept for days', 409: 'a host has it' }),
  },
  '/c/{token}/volumes/{name}/undelete': {
    parameters: [token, name],
    post: customers('undeleteVolume', { 202: 'it comes back', 409: 'being saved, or the name is taken', 422: 'the plan holds no more' }),
  },
  '/c/{token}/backups': {
    parameters: [token],
    get: customers('readBackups', { 200: 'backups, newest first, and the schedule' }),
    post: customers(
      'createBackup',
      { 202: 'asked for', 409: 'nothing to back up', 422: 'refused', 429: 'too many' },
      body(createBackupRequest),
    ),
  },
  '/c/{token}/backups/destroyed': {
    parameters: [token],
    get: customers('readDestroyedBackups', {
      200: 'backups of destroyed add-ons of the same owner, newest first',
      503: 'Heroku does not say who owns the app',
    }),
  },
  '/c/{token}/backups/schedule': {
    parameters: [token],
    get: customers('readSchedule', { 200: 'when backups are made, and how many are kept' }),
    put: customers('changeSchedule', { 200: 'set', 422: 'refused' }, body(backupScheduleRequest)),
  },
  '/c/{token}/backups/{id}': { parameters: [token, backup], get: customers('readBackup', { 200: 'one backup' }) },
  '/c/{token}/backups/{id}/restore': {
    parameters: [token, backup],
    post: customers(
      'restoreBackup',
      {
        202: 'the volume that gets its content',
        409: 'not complete, failed, or the name is taken',
        422: 'refused',
        503: 'it is another add-on’s, and Heroku does not say who owns the app',
      },
      body(restoreBackupRequest),
    ),
  },
  '/c/{token}/backups/{id}/verify': {
    parameters: [token, backup],
    post: customers('verifyBackup', { 202: 'asked for', 409: 'not complete, or failed' }),
  },
  '/c/{token}/backups/{id}/blocks': {
    parameters: [token, backup],
    get: customers(
      'listBlocks',
      { 200: 'indexes of blocks that hold something', 409: 'not complete, or failed', 503: 'not from here' },
      { parameters: [{ name: 'from', in: 'query', description: 'first index', schema: { type: 'integer', minimum: 0, default: 0 } }] },
    ),
  },
  '/c/{token}/backups/{id}/blocks/{index}': {
    parameters: [token, backup, pathParameter('index', 'of the block')],
    get: customers('readBlock', { 200: 'its bytes; X-Dockhero-Sha256 is their digest', 409: 'not complete, or failed', 429: 'too fast' }),
  },
  '/agent/volumes': {
    get: agents('listAgentVolumes', { 200: 'the cluster’s volumes' }),
    post: agents(
      'createVolume',
      { 200: 'there already', 201: 'made', 410: 'the add-on is removed', 422: 'options, or the plan holds no more' },
      body(createVolumeRequest),
    ),
  },
  '/agent/volumes/{id}': {
    parameters: [volume],
    get: agents('readAgentVolume', { 200: 'one volume', 404: 'unknown or removed' }),
    delete: agents('removeAgentVolume', { 204: 'its content is kept for days', 404: 'unknown', 409: 'another host has it' }),
  },
  '/agent/volumes/{id}/attach': { parameters: [volume], post: agents('attachVolume', { 200: 'how far it is', 404: 'unknown or removed' }) },
  '/agent/volumes/{id}/release': { parameters: [volume], post: agents('releaseVolume', { 200: 'let go', 404: 'unknown' }) },
  '/agent/volumes/{id}/formatted': {
    parameters: [volume],
    post: agents(
      'recordFormatted',
      { 200: 'noted, unless the generation is over', 404: 'unknown or removed', 422: 'refused' },
      body(formattedRequest),
    ),
  },
};
