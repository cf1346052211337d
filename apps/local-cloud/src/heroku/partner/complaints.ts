import type { Manifest } from '../manifest.js';
import type { PartnerAnswer, PartnerRequest } from './partner-answer.js';

/** Heroku asks for answers within this time, in milliseconds; its hard limit is 25 s. */
const quickMs = 3_000;

/** What is wrong with the partner's answer by the rules of the partner API, in words. Heroku itself may be lenient about it. */
export function complaintsAbout(manifest: Manifest, request: PartnerRequest, answer: PartnerAnswer, durationMs: number): string[] {
  const complaints: string[] = [];
  if (durationMs > quickMs) complaints.push(`answered after ${String(durationMs)} ms; 3 s are the aim`);
  if (answer.fault !== null) return complaints;
  if (answer.status === 406) complaints.push('406: the vendor Accept type must be accepted');
  if (answer.status !== 204 && answer.json === undefined) complaints.push('the body is not valid JSON');
  const body = answer.json !== null && typeof answer.json === 'object' ? (answer.json as Record<string, unknown>) : {};
  if (request.method === 'POST' && answer.status < 300) {
    if (body['id'] !== request.addonId) complaints.push('id is not the uuid');
    if (answer.status === 202 && 'config' in body) complaints.push('202 must not carry config');
  }
  if ((answer.status === 422 || answer.status === 503) && typeof body['message'] !== 'string')
    complaints.push(`${String(answer.status)} without a message`);
  for (const [name, value] of Object.entries(configOf(body))) {
    if (!manifest.api.config_vars.includes(name)) complaints.push(`config var ${name} is not declared in the manifest`);
    if (typeof value !== 'string') complaints.push(`config var ${name} is not a string`);
    else if (name.endsWith('_URL') && !URL.canParse(value)) complaints.push(`config var ${name} is not a URL`);
  }
  return complaints;
}

function configOf(body: Record<string, unknown>): Record<string, unknown> {
  const config = body['config'];
  return config !== null && typeof config === 'object' ? (config as Record<string, unknown>) : {};
}
