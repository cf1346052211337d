import { randomUUID } from 'node:crypto';
import { demand, needsSecondPlan, type Check } from './check.js';
import { demandConfig, demandMessage, demandStatus } from './judge-answer.js';

/** Point 9: plan changes. */
export const planChangeChecks: readonly Check[] = [
  {
    point: 9,
    name: 'a change to another plan and back is 200 or 202, with a message or none',
    needs: needsSecondPlan,
    async run(target) {
      const { uuid } = await target.provision();
      for (const plan of [target.plans[1], target.plans[0]]) {
        const answer = await target.send('PUT', `/${uuid}`, { plan });
        demandStatus(answer, 200, 202);
        demand(answer.body !== null, 'the answer is not a JSON object');
        demand(answer.body.message === undefined || typeof answer.body.message === 'string', 'message must be text');
        if (answer.body.config !== undefined) demandConfig(answer.body.config, target.manifest);
      }
    },
  },
  {
    point: 9,
    name: 'a change to the plan in force is 200',
    async run(target) {
      const { uuid } = await target.provision();
      demandStatus(await target.send('PUT', `/${uuid}`, { plan: target.plans[0] }), 200);
    },
  },
  {
    point: 9,
    name: 'the same change ten times at once is 200 or 202 each time',
    needs: needsSecondPlan,
    async run(target) {
      const { uuid } = await target.provision();
      const answers = await Promise.all(Array.from({ length: 10 }, () => target.send('PUT', `/${uuid}`, { plan: target.plans[1] })));
      for (const answer of answers) demandStatus(answer, 200, 202);
    },
  },
  {
    point: 9,
    name: 'a change with fields that we do not know is accepted',
    async run(target) {
      const { uuid } = await target.provision();
      demandStatus(await target.send('PUT', `/${uuid}`, { plan: target.plans[0], some_new_field: {} }), 200);
    },
  },
  {
    point: 9,
    name: 'a change to a plan that does not exist is 422 with a message for the customer',
    async run(target) {
      const { uuid } = await target.provision();
      const answer = await target.send('PUT', `/${uuid}`, { plan: 'conformance-no-such-plan' });
      demandStatus(answer, 422);
      demandMessage(answer);
    },
  },
  {
    point: 9,
    name: 'a change of a removed add-on is 410, of one never seen 404 or 410',
    async run(target) {
      const { uuid } = await target.provision();
      await target.send('DELETE', `/${uuid}`);
      demandStatus(await target.send('PUT', `/${uuid}`, { plan: target.plans[0] }), 410);
      demandStatus(await target.send('PUT', `/${randomUUID()}`, { plan: target.plans[0] }), 404, 410);
    },
  },
];
