// The dependency arrows of docs/architecture.md. A violation fails `npm run check`.
const adapters = 'packages/(database|queue|aws|docker|heroku|runtime)/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domain-knows-nothing',
      comment: 'Nouns, rules and ports: no framework, no SDK, nothing of ours, of Node only its own modules.',
      severity: 'error',
      from: { path: '^packages/domain/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^packages/domain/', '^node:', '^(crypto|util|path|fs)(/|$)'] },
    },
    {
      name: 'contracts-know-zod',
      severity: 'error',
      from: { path: '^packages/contracts/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^packages/contracts/', '/zod/'] },
    },
    {
      name: 'adapters-do-not-import-each-other',
      comment: 'One per outside world. What two of them share belongs to the domain.',
      severity: 'error',
      from: { path: `^${adapters}`, pathNot: '\\.test\\.ts$' },
      to: { path: `^${adapters}`, pathNot: '^packages/$1/' },
    },
    {
      name: 'packages-do-not-import-apps',
      severity: 'error',
      from: { path: '^packages/', pathNot: '\\.test\\.ts$' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-do-not-import-apps',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'host-agent-is-one-file',
      comment: 'It runs on hosts, where nothing of ours is installed: contracts without zod, the domain, and Node.',
      severity: 'error',
      from: { path: '^apps/host-agent/', pathNot: '\\.test\\.ts$|/testing/' },
      to: {
        pathNot: [
          '^apps/host-agent/',
          '^packages/domain/',
          '^packages/contracts/src/agent-(api|volumes)\\.ts$',
          '^node:',
          '^(crypto|util|path|fs|http|https|net|tls|child_process|events|timers|url)(/|$)',
        ],
      },
    },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { pathNot: ['\\.test\\.ts$', '/testing/', '^packages/testing/', '^e2e/', '^bench/'] },
      to: { path: '^packages/testing/' },
    },
    {
      name: 'only-database-knows-prisma',
      severity: 'error',
      from: { pathNot: ['^packages/database/', '^prisma'] },
      to: { path: '@prisma/|/generated/prisma/' },
    },
    {
      name: 'only-aws-knows-its-sdk',
      severity: 'error',
      from: { path: '^(apps/(partner-api|provisioner-worker|log-drain|monitor)|packages)/', pathNot: ['^packages/aws/'] },
      to: { path: 'node_modules/@aws-sdk/' },
    },
    {
      name: 'only-docker-knows-dockerode',
      severity: 'error',
      from: { path: '^(apps/(partner-api|provisioner-worker|log-drain|monitor)|packages)/', pathNot: ['^packages/docker/'] },
      to: { path: 'node_modules/(dockerode|@peculiar/x509)/' },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.check.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'types', 'import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|generated)/' },
  },
};
