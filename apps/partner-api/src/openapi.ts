import { bundleSwitchRequest, certificateRequest } from '@dockhero/contracts/client-api';
import { planChangeRequest, provisionRequest } from '@dockhero/contracts/partner-api';
import { z } from 'zod';
import { monitoringPaths } from './monitoring/openapi-paths.js';
import { answers, json, pathParameter, token } from './openapi-parts.js';
import { volumePaths } from './volumes/openapi-paths.js';

const resourceId = pathParameter('id', 'Heroku’s uuid of the add-on');

/** The API as OpenAPI 3.1. Request schemas are those that requests are checked against. */
export function openApiDocument(url: string): object {
  const heroku = { security: [{ heroku: [] }], tags: ['heroku'] };
  return {
    openapi: '3.1.0',
    info: { title: 'Dockhero partner API', version: '1', license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url }],
    components: {
      securitySchemes: {
        heroku: { type: 'http', scheme: 'basic' },
        bootstrap: { type: 'http', scheme: 'bearer' },
        hostCertificate: { type: 'mutualTLS' },
      },
    },
    paths: {
      '/heroku/resources': {
        post: {
          ...heroku,
          operationId: 'provision',
          requestBody: { required: true, ...json(z.toJSONSchema(provisionRequest)) },
          responses: answers({
            200: 'ready already',
            202: 'being created',
            401: 'wrong credentials',
            410: 'removed',
            422: 'refused',
            503: 'try later',
          }),
        },
      },
      '/heroku/resources/{id}': {
        parameters: [resourceId],
        put: {
          ...heroku,
          operationId: 'changePlan',
          requestBody: { required: true, ...json(z.toJSONSchema(planChangeRequest)) },
          responses: answers({ 200: 'stored', 401: 'wrong credentials', 404: 'unknown', 410: 'removed', 422: 'refused', 503: 'try later' }),
        },
        delete: {
          ...heroku,
          operationId: 'deprovision',
          responses: answers({ 204: 'being removed', 401: 'wrong credentials', 410: 'gone already', 503: 'try later' }),
        },
      },
      '/c/{token}': {
        parameters: [token],
        get: {
          tags: ['client'],
          operationId: 'readConfig',
          responses: answers({ 200: 'how to reach Docker', 404: 'unknown', 409: 'not ready', 410: 'removed' }),
        },
      },
      '/c/{token}/status': {
        parameters: [token],
        get: {
          tags: ['client'],
          operationId: 'readStatus',
          responses: answers({ 200: 'state, step, ETA', 404: 'unknown', 410: 'removed' }),
        },
      },
      '/c/{token}/certs': {
        parameters: [token],
        get: {
          tags: ['client'],
          operationId: 'downloadCertificates',
          responses: answers({
            200: 'gzip tar',
            403: 'switched off',
            404: 'unknown',
            409: 'not ready',
            410: 'removed',
            429: 'too many are valid',
          }),
        },
      },
      '/c/{token}/certificates': {
        parameters: [token],
        post: {
          tags: ['client'],
          operationId: 'issueCertificate',
          requestBody: { required: true, ...json(z.toJSONSchema(certificateRequest)) },
          responses: answers({
            201: 'a client certificate over the caller’s key, for twelve hours',
            404: 'unknown',
            409: 'not ready',
            410: 'removed',
            422: 'not a signing request, or a weak key',
            429: 'too many are valid',
          }),
        },
        get: {
          tags: ['client'],
          operationId: 'listCertificates',
          responses: answers({ 200: 'those that have not ended, newest first', 404: 'unknown', 410: 'removed' }),
        },
      },
      '/c/{token}/certificates/{serial}': {
        parameters: [token, pathParameter('serial', 'as listed')],
        delete: {
          tags: ['client'],
          operationId: 'revokeCertificate',
          responses: answers({ 200: 'revoked', 404: 'unknown', 410: 'removed' }),
        },
      },
      '/c/{token}/certificates/rotation': {
        parameters: [token],
        post: {
          tags: ['client'],
          operationId: 'rotateCertificates',
          responses: answers({ 200: 'all that were handed out are revoked', 404: 'unknown', 410: 'removed' }),
        },
      },
      '/c/{token}/bundle': {
        parameters: [token],
        put: {
          tags: ['client'],
          operationId: 'switchBundle',
          requestBody: { required: true, ...json(z.toJSONSchema(bundleSwitchRequest)) },
          responses: answers({ 200: 'switched', 404: 'unknown', 410: 'removed', 422: 'refused' }),
        },
      },
      '/c/{token}/rotation': {
        parameters: [token],
        post: {
          tags: ['client'],
          operationId: 'rotateConfigUrl',
          responses: answers({ 202: 'Heroku is being given a new one', 404: 'unknown', 410: 'removed' }),
        },
      },
      ...monitoringPaths,
      ...volumePaths,
      '/hosts/{hostId}/certificate': {
        parameters: [pathParameter('hostId', 'our id of the host')],
        post: {
          tags: ['host'],
          security: [{ bootstrap: [] }],
          operationId: 'issueHostCertificate',
          requestBody: { required: true, content: { 'application/pkcs10': { schema: { type: 'string' } } } },
          responses: answers({ 201: 'certificate in PEM', 403: 'token not good', 422: 'not a signing request' }),
        },
      },
      '/hosts/{hostId}/revocations': {
        parameters: [pathParameter('hostId', 'our id of the host')],
        get: {
          tags: ['host'],
          operationId: 'readRevocations',
          responses: answers({ 200: 'X.509 revocation list in PEM', 304: 'not modified', 404: 'unknown or removed' }),
        },
      },
      '/hosts/{hostId}/agent': {
        parameters: [pathParameter('hostId', 'our id of the host')],
        get: {
          tags: ['host'],
          operationId: 'readAgentManifest',
          responses: answers({ 200: 'signed manifest of the host agent', 304: 'not modified', 404: 'unknown, removed, or no agent' }),
        },
      },
      '/agents/{sha256}': {
        parameters: [pathParameter('sha256', 'digest that a manifest has named')],
        get: {
          tags: ['host'],
          operationId: 'readAgent',
          responses: answers({ 200: 'the agent, JavaScript', 404: 'not of the present release' }),
        },
      },
    },
  };
}
