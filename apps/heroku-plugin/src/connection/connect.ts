import { UnpublishedError } from '../heroku/choose-addon.js';
import { PluginError } from '../plugin-error.js';
import { ApiRefusal } from './call-api.js';
import { type ConnectionRecord, delayRenewal, readConnection } from './connection-record.js';
import { explainRefusal, UnansweredError } from './explain-refusal.js';
import { obtainCertificate } from './obtain-certificate.js';
import { publishedAddon } from './published-addon.js';
import type { Session } from './session.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** As old as the original's cache could be. */
const freshForMs = 8 * hourMs;
/** With less left, a new certificate is asked for; while that fails, the present one serves. */
const renewBelowMs = 4 * hourMs;
/** No command that works otherwise waits longer for a renewal. */
const unseenMs = 3_000;
/** After a renewal that failed: until the next try. */
const retryAfterMs = 5 * minuteMs;
const requiredMs = 30_000;
/** Longer than Heroku takes to say what it knows already. */
const herokuMs = 5_000;

/** True when the record serves as it is: no call to anybody. */
export function isFresh(record: ConnectionRecord, now: number): boolean {
  const left = record.certificate.expiresAt - now;
  const age = now - record.fetchedAt;
  // A clock that was set back since makes the age negative: then nothing on disk can be judged.
  if (age < 0 || left <= minuteMs) return false;
  return (age < freshForMs && left >= renewBelowMs) || record.retryAt > now;
}

/**
 * The way to the add-on's Docker: from disk while it is fresh, else with a new certificate over a new key.
 * @throws PluginError with what to do; errors of Heroku's API as they come.
 */
export async function connect(session: Session): Promise<ConnectionRecord> {
  const now = Date.now();
  const record = await readOwn(session);
  if (!record) return start(session);
  if (isFresh(record, now)) return record;
  const stillServes = record.certificate.expiresAt - now > minuteMs && now >= record.fetchedAt;
  return stillServes ? renewUnseen(session, record, now) : renew(session, record, requiredMs, askHeroku);
}

/** The record, unless it is of another login than the present one, or of another add-on than the one this command has found on the app. */
async function readOwn(session: Session): Promise<ConnectionRecord | null> {
  const record = await readConnection(session.folder);
  if (!record) return null;
  const [login, addon] = await Promise.all([session.source.readLogin(), session.knownAddon()]);
  if (login !== null && record.login !== null && login !== record.login) return null;
  return addon && addon.configUrl !== record.configUrl ? null : record;
}

/** The first connection to an add-on. */
async function start(session: Session): Promise<ConnectionRecord> {
  const { configUrl, prefix } = await publishedAddon(session);
  const isReady = (await session.configVars())[`${prefix}_HOST`] !== undefined;
  const url = isReady ? configUrl : await waitForUrl(session, configUrl, askHeroku);
  return obtain(session, { url, record: null, timeoutMs: requiredMs, ask: askHeroku }).catch(explainRefusal(session));
}

async function renewUnseen(session: Session, record: ConnectionRecord, now: number): Promise<ConnectionRecord> {
  try {
    return await renew(session, record, unseenMs, askUnseen);
  } catch (error) {
    // The add-on is gone or somebody shut this machine out: going on would only hide it.
    if (error instanceof PluginError && !(error instanceof UnansweredError)) throw error;
    const later = await delayRenewal(session.folder, record, now + retryAfterMs);
    if (later.certificate.expiresAt - now < hourMs) {
      session.terminal.warn(
        `The certificate could not be renewed and expires within the hour. heroku dh:doctor${session.flags} finds out why.`,
      );
    }
    return later;
  }
}

/**
 * A new certificate for the add-on that the app has now. While Heroku cannot be asked, that of the record is taken for it: an outage of Heroku
 * stops nobody.
 * @param timeoutMs for all calls together.
 * @param ask how the app is looked at again when its URL is refused.
 */
async function renew(session: Session, record: ConnectionRecord, timeoutMs: number, ask: AskForUrl): Promise<ConnectionRecord> {
  const until = Date.now() + timeoutMs;
  const left = (): number => Math.max(1, until - Date.now());
  // Our own API must have time left when Heroku does not answer.
  const url = await askUnseen(session, record.configUrl, Math.min(timeoutMs / 2, herokuMs));
  try {
    return await obtain(session, { url, record, timeoutMs: left(), ask });
  } catch (error) {
    const explain = explainRefusal(session);
    if (!(error instanceof ApiRefusal && error.isUnknownUrl)) return explain(error);
    // Heroku was not asked, or answered just before the URL was rotated.
    const present = await ask(session, url, left());
    if (present === url) return explain(error);
    return obtain(session, { url: present, record, timeoutMs: left(), ask }).catch(explain);
  }
}

/** Reads from Heroku which capability URL the app has now. */
type AskForUrl = (session: Session, knownUrl: string, timeoutMs: number) => Promise<string>;

/** As commands do that cannot go on without: a login may be wanted. */
const askHeroku: AskForUrl = async (session) => {
  await session.rereadConfigVars();
  return (await session.chosenAddon()).configUrl;
};

/** While nobody waits for it: the known URL when there is no answer in time. */
const askUnseen: AskForUrl = async (session, knownUrl, timeoutMs) => {
  try {
    return (await session.unseenAddon(timeoutMs)).configUrl;
  } catch (error) {
    if (error instanceof UnansweredError) return knownUrl;
    // Heroku has answered this login: it wants none, and the add-on is worth waiting for.
    if (error instanceof UnpublishedError) return (await publishedAddon(session)).configUrl;
    throw error;
  }
};

/** The config vars are complete before the status says `running`: so they are read again. */
async function waitForUrl(session: Session, configUrl: string, ask: AskForUrl): Promise<string> {
  const { waitUntilRunning } = await import('./wait-until-running.js');
  await waitUntilRunning(configUrl, session).catch(explainRefusal(session));
  return ask(session, configUrl, herokuMs);
}

interface Wanted {
  /** Capability URL. */
  readonly url: string;
  /** What was there before. */
  readonly record: ConnectionRecord | null;
  readonly timeoutMs: number;
  readonly ask: AskForUrl;
}

/** Waits when the add-on is still being provisioned. @throws ApiRefusal, ApiUnreachable; PluginError when provisioning failed. */
async function obtain(session: Session, wanted: Wanted): Promise<ConnectionRecord> {
  try {
    return await obtainCertificate(session, wanted);
  } catch (error) {
    if (!(error instanceof ApiRefusal && error.id === 'not_ready')) throw error;
    const url = await waitForUrl(session, wanted.url, wanted.ask);
    return obtainCertificate(session, { ...wanted, url, timeoutMs: requiredMs });
  }
}
