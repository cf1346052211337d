import { setTimeout as sleep } from 'node:timers/promises';
import type { HerokuContext } from '../context.js';
import { complaintsAbout } from './complaints.js';
import type { PartnerAnswer, PartnerRequest } from './partner-answer.js';
import { partnerHeaders } from './partner-request.js';

/** Answers longer than this are cut, in characters; they are for people's eyes only. */
const answerLengthMax = 1_000_000;

/**
 * Sends one request to the partner as often as the switches say and journals each exchange. Never throws: no answer is an
 * answer too. With repetitions the first good answer counts, else the first.
 * @param stop ends waiting, for shutdown; the request may have arrived by then.
 */
export async function sendToPartner(heroku: HerokuContext, request: PartnerRequest, stop?: AbortSignal): Promise<PartnerAnswer> {
  const { times, concurrently } = heroku.switches.repeatRequests;
  const answers: PartnerAnswer[] = [];
  if (concurrently) answers.push(...(await Promise.all(Array.from({ length: times }, () => sendOnce(heroku, request, stop)))));
  else for (let i = 0; i < times; i += 1) answers.push(await sendOnce(heroku, request, stop));
  return answers.find((a) => a.fault === null && a.status < 300) ?? answers[0] ?? { fault: 'nothing was sent' };
}

async function sendOnce(heroku: HerokuContext, request: PartnerRequest, stop?: AbortSignal): Promise<PartnerAnswer> {
  const { switches, partner } = heroku;
  const startedAt = performance.now();
  let answer: PartnerAnswer;
  try {
    if (switches.delayRequestsMs > 0) await sleep(switches.delayRequestsMs, undefined, stop ? { signal: stop } : {});
    answer = await exchange(heroku, request, stop);
  } catch (error) {
    answer = { fault: faultOf(error) };
  }
  const durationMs = Math.round(performance.now() - startedAt - switches.delayRequestsMs);
  const path = new URL(partnerUrl(partner.baseUrl, request)).pathname;
  let fault = answer.fault;
  if (fault === null && heroku.switches.dropAnswers > 0) {
    heroku.switches = { ...heroku.switches, dropAnswers: heroku.switches.dropAnswers - 1 };
    fault = 'dropped by a switch';
  }
  heroku.journal.record({
    direction: 'to_partner',
    method: request.method,
    path,
    addonId: request.addonId,
    request: request.body === null ? null : JSON.parse(request.body),
    status: answer.fault === null ? answer.status : null,
    response: answer.fault === null ? (answer.json ?? answer.text.slice(0, 1_000)) : null,
    durationMs,
    fault,
    complaints: complaintsAbout(heroku.manifest, request, answer, durationMs),
  });
  heroku.log.info(
    { addonId: request.addonId, method: request.method, status: answer.fault === null ? answer.status : null, fault, durationMs },
    'partner called',
  );
  return fault === null ? answer : { fault };
}

async function exchange(heroku: HerokuContext, request: PartnerRequest, stop?: AbortSignal): Promise<PartnerAnswer> {
  const { partner, switches } = heroku;
  const limit = AbortSignal.timeout(switches.answerTimeoutMs);
  const response = await fetch(partnerUrl(partner.baseUrl, request), {
    method: request.method,
    headers: partnerHeaders(partner, request.body !== null, switches.wrongPassword),
    ...(request.body === null ? {} : { body: request.body }),
    redirect: 'manual',
    signal: stop ? AbortSignal.any([limit, stop]) : limit,
  });
  const text = (await response.text()).slice(0, answerLengthMax);
  return { fault: null, status: response.status, json: parseJson(text), text };
}

function partnerUrl(baseUrl: string, request: PartnerRequest): string {
  return request.method === 'POST' ? baseUrl : `${baseUrl}/${request.addonId}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'timeout';
  return error.cause instanceof Error ? error.cause.message : error.message;
}
