import { connect } from '../connection/connect.js';
import { type ConnectionRecord, writeConnection } from '../connection/connection-record.js';
import type { PreparedApp } from './prepare-app.js';

const hourMs = 3_600_000;

export interface ConnectionAge {
  readonly fetchedHoursAgo?: number;
  /** Until the certificate expires. */
  readonly hoursLeft?: number;
}

/** Connects, and gives the record other times, as if it had been made earlier. Who was asked for it is forgotten. */
export async function ageConnection(
  { open, api, app }: Pick<PreparedApp, 'open' | 'api' | 'app'>,
  { fetchedHoursAgo = 0, hoursLeft = 12 }: ConnectionAge,
): Promise<ConnectionRecord> {
  const session = open();
  const record = await connect(session);
  const aged = {
    ...record,
    fetchedAt: Date.now() - fetchedHoursAgo * hourMs,
    certificate: { ...record.certificate, expiresAt: Date.now() + hoursLeft * hourMs },
  };
  await writeConnection(session.folder, aged);
  api.requests.length = 0;
  app.asked.length = 0;
  return aged;
}
