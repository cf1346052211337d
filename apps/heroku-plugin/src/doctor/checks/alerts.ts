import { openAlerts } from '../../connection/open-alerts.js';
import { mendAlert } from '../../monitoring/mend-alert.js';
import type { Check } from '../check.js';
import { appFlag, ownFlags } from '../facts.js';
import { error, ok, warning } from '../finding.js';

/** Does monitoring find something wrong with the hosts? */
export const alerts: Check = {
  name: 'open alerts',
  async run(facts) {
    const open = facts.session ? await openAlerts(facts.session) : null;
    if (!open) return [];
    const told = open.filter(({ state }) => state !== 'pending');
    if (told.length === 0) return [ok('alerts', 'No alert is open')];
    return told.map((alert) =>
      (alert.level === 'critical' ? error : warning)(
        `alert-${alert.rule}`,
        alert.sentence,
        mendAlert(alert, ownFlags(facts), appFlag(facts)),
      ),
    );
  },
};
