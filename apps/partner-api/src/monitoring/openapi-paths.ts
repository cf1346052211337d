import { alertSettingsPatch, logSettingsRequest, metricsQuery, newRelicRequest, silenceRequest } from '@dockhero/contracts/monitoring-api';
import { z } from 'zod';
import { answers, json, pathParameter, token } from '../openapi-parts.js';

const body = (schema: z.ZodType) => ({ requestBody: { required: true, ...json(z.toJSONSchema(schema, { io: 'input' })) } });
const query = (name: string, description: string) => ({
  name,
  in: 'query',
  description,
  schema: (z.toJSONSchema(metricsQuery, { io: 'input' }).properties ?? {})[name] ?? {},
});
const operation = (operationId: string, codes: Record<string, string>, more: object = {}) => ({
  tags: ['monitoring'],
  operationId,
  ...more,
  responses: answers({ ...codes, 404: 'unknown', 410: 'removed' }),
});

const linkToken = { parameters: [{ ...query('token', 'of the link in a mail'), schema: { type: 'string' } }] };

/** Monitoring and logs as OpenAPI paths. */
export const monitoringPaths = {
  '/c/{token}/alerts': { parameters: [token], get: operation('readAlerts', { 200: 'open and recent alerts, silences, settings' }) },
  '/c/{token}/alerts/settings': {
    parameters: [token],
    patch: operation('changeAlertSettings', { 200: 'changed', 422: 'refused' }, body(alertSettingsPatch)),
  },
  '/c/{token}/alerts/silences': {
    parameters: [token],
    post: operation('addSilence', { 201: 'silenced', 422: 'refused', 429: 'too many' }, body(silenceRequest)),
  },
  '/c/{token}/alerts/silences/{silenceId}': {
    parameters: [token, pathParameter('silenceId', 'as listed')],
    delete: operation('endSilence', { 200: 'ended' }),
  },
  '/c/{token}/metrics': {
    parameters: [token],
    get: operation(
      'readMetrics',
      { 200: 'figures of each host over time', 422: 'refused' },
      {
        parameters: [
          query('from', '24 hours before the end unless given'),
          query('to', 'now unless given'),
          query('points', 'at most so many'),
        ],
      },
    ),
  },
  '/c/{token}/newrelic': {
    parameters: [token],
    get: operation('readNewRelic', { 200: 'whether figures go there, and what it last said' }),
    put: operation('setNewRelic', { 200: 'set', 422: 'refused' }, body(newRelicRequest)),
    delete: operation('unsetNewRelic', { 200: 'off' }),
  },
  '/c/{token}/prometheus': {
    parameters: [token],
    get: operation('readFederation', { 200: 'whether there is a URL' }),
    post: operation('makeFederationUrl', { 201: 'a URL to scrape, said once; the one before ends' }),
    delete: operation('revokeFederationUrl', { 200: 'off' }),
  },
  '/federate/{token}': {
    parameters: [pathParameter('token', 'the secret end of the URL for Prometheus')],
    get: operation('federate', { 200: 'the latest figures of each host, in Prometheus’ text format' }),
  },
  '/unsubscribe': {
    get: operation('askToUnsubscribe', { 200: 'a page that asks; nothing changes', 404: 'no link of ours' }, linkToken),
    post: operation('unsubscribe', { 200: 'that address gets no more mails (RFC 8058)', 404: 'no link of ours' }, linkToken),
  },
  '/c/{token}/logs': {
    parameters: [token],
    get: operation('readLogSettings', { 200: 'which apps get the logs' }),
    put: operation('setLogAttachments', { 200: 'set', 422: 'refused' }, body(logSettingsRequest)),
  },
};
