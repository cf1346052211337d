/** Names of the steps to `provisioned`, in order; shown to customers and kept in the audit trail. */
export const provisionSteps = [
  'exchange grant',
  'publish config url',
  'log inputs',
  'alert contacts',
  'issue certificate authority',
  'security group',
  'address',
  'launch hosts',
  'docker answers',
  'swarm ready',
  'host agent answers',
  'publish config vars',
  'tell heroku',
] as const;

/** Those that leave the hosts alone. A pass stops at the first step that is not done: while it waits for one of these, the hosts run on as they did. */
export const stepsBesideHosts: readonly StepName[] = [
  'exchange grant',
  'publish config url',
  'log inputs',
  'alert contacts',
  'publish config vars',
  'tell heroku',
];

/** Names of the steps to `removed`, in order. The first acts only when we gave up by ourselves. */
export const removeSteps = [
  'tell heroku of failure',
  'terminate hosts',
  'remove volumes',
  'release addresses',
  'remove security group',
  'forget',
] as const;

export type StepName = (typeof provisionSteps)[number] | (typeof removeSteps)[number];
