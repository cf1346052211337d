import type { NewRelicStatus } from '@dockhero/contracts/monitoring-api';
import { describeTime } from './describe-time.js';

/** Whether figures go to New Relic, for people. @param flags name app and add-on, with a space before them. */
export function describeNewRelic(status: NewRelicStatus, flags: string, now: number): readonly string[] {
  if (!status.enabled) return [`Nothing goes to New Relic. To change that: heroku dh:newrelic:set${flags}`];
  const { region, last_ok_at: okAt, error } = status;
  return [
    `Figures go to New Relic, region ${region ?? 'us'}.`,
    okAt === null
      ? 'It has not taken any yet; the first go within a minute or two.'
      : `It last took some ${describeTime(Date.parse(okAt), now)}.`,
    ...(error === null ? [] : [`Now it refuses them: ${error}`, `If the key is not good any more: heroku dh:newrelic:set${flags}`]),
  ];
}
