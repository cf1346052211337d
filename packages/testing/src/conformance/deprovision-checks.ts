import { randomUUID } from 'node:crypto';
import { demand, type Check } from './check.js';
import { demandMessage, demandStatus } from './judge-answer.js';

/** Long enough for a pass that was under way to end and for a wrong one to start. Milliseconds. */
const quietMs = 5_000;

/** Point 8: removal, at any time and any number of times. */
export const deprovisionChecks: readonly Check[] = [
  {
    point: 8,
    name: 'DELETE while provisioning is 204 without a body, DELETE again is 410',
    async run(target) {
      const { uuid } = await target.provision();
      const first = await target.send('DELETE', `/${uuid}`);
      demandStatus(first, 204);
      demand(first.text === '', 'a 204 has no body');
      const again = await target.send('DELETE', `/${uuid}`);
      demandStatus(again, 410);
      demandMessage(again);
    },
  },
  {
    point: 8,
    name: 'ten DELETEs at once are 204 or 410, and at least one is 204',
    async run(target) {
      const { uuid } = await target.provision();
      const answers = await Promise.all(Array.from({ length: 10 }, () => target.send('DELETE', `/${uuid}`)));
      for (const answer of answers) demandStatus(answer, 204, 410);
      demand(
        answers.some(({ status }) => status === 204),
        'none was 204',
      );
    },
  },
  {
    point: 8,
    name: 'DELETE with a Content-Type but no body is accepted',
    async run(target) {
      const { uuid } = await target.provision();
      demandStatus(await target.send('DELETE', `/${uuid}`, undefined, { 'content-type': 'application/json' }), 204);
    },
  },
  {
    point: 8,
    name: 'DELETE of a uuid never seen is 410, and the provision request that it has overtaken is 410 as well',
    async run(target) {
      const uuid = randomUUID();
      demandStatus(await target.send('DELETE', `/${uuid}`), 410);
      demandStatus(await target.provision({}, uuid), 410);
    },
  },
  {
    point: 8,
    name: 'after DELETE the Platform API hears nothing more of the add-on',
    needs: ({ heroku }) => (heroku.platformCalls ? null : 'needs Heroku’s side: the Platform API’s journal'),
    async run(target) {
      const { uuid } = await target.provision();
      demandStatus(await target.send('DELETE', `/${uuid}`), 204);
      const before = (await target.heroku.platformCalls?.(uuid)) ?? [];
      await new Promise((resolve) => setTimeout(resolve, quietMs));
      const after = (await target.heroku.platformCalls?.(uuid)) ?? [];
      // A call that was on its way when the removal came is nobody's fault; a second one is.
      demand(after.length - before.length <= 1, `called after removal: ${after.slice(before.length).join(', ')}`);
    },
  },
];
