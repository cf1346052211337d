// Runs the partner-API conformance suite against any deployment. It buys and removes add-ons of its own, with grants that mean nothing:
// point it at a production provider only if that may try, and fail, to exchange them.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import picocolors from 'picocolors';

const usage = `usage: CONFORMANCE_PASSWORD=... node scripts/conformance.mjs --url https://addon.example --slug dockhero
  --url         base URL of the provider, with or without /heroku/resources
  --slug        id of the manifest, the user name of our calls
  --manifest    path of the manifest, for its own checks and the names of config vars (default: none)
  --plan        plan to buy (default: the manifest's first, else hobby)
  --other-plan  plan to change to (default: the manifest's second, else standard)
  --region      cloud region to ask for (default: amazon-web-services::us-east-1)
  --json        print results as JSON
`;

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    slug: { type: 'string' },
    manifest: { type: 'string' },
    plan: { type: 'string' },
    'other-plan': { type: 'string' },
    region: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
const password = process.env.CONFORMANCE_PASSWORD;
if (values.help || !values.url || !values.slug || !password) {
  process.stderr.write(usage);
  process.exit(values.help ? 0 : 2);
}

const { partnerApiChecks, runCheck } = await compiled('partner-api-conformance');
const { PartnerTarget } = await compiled('partner-target');
const manifest = values.manifest ? JSON.parse(await readFile(values.manifest, 'utf8')) : null;
const plans = [values.plan ?? manifest?.plans?.[0]?.name ?? 'hobby', values['other-plan'] ?? manifest?.plans?.[1]?.name ?? 'standard'];
const target = new PartnerTarget({
  baseUrl: values.url,
  slug: values.slug,
  password,
  plans,
  manifest,
  ...(values.region ? { region: values.region } : {}),
});

const results = [];
let left;
try {
  for (const check of partnerApiChecks) {
    const result = await runCheck(check, target);
    results.push(result);
    if (!values.json) report(result);
  }
} finally {
  left = await target.cleanUp();
}
const count = (outcome) => results.filter((result) => result.outcome === outcome).length;
const failed = count('failed') + left.length;
if (values.json) {
  const rows = results.map(({ check, outcome, reason, ms }) => ({
    point: check.point,
    name: check.name,
    outcome,
    reason,
    ms: Math.round(ms),
  }));
  process.stdout.write(`${JSON.stringify({ url: target.resourcesUrl, results: rows, left }, null, 2)}\n`);
} else {
  if (left.length > 0) process.stdout.write(picocolors.red(`could not be removed, do it by hand: ${left.join(', ')}\n`));
  process.stdout.write(`\n${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped: ${target.resourcesUrl}\n`);
  process.stdout.write(
    'Not part of this run, since they need Heroku’s side: points 5-7 and 10-13 (grants, config, tokens, SSO, logs, webhooks).\n',
  );
}
process.exitCode = failed > 0 ? 1 : 0;

function report({ check, outcome, reason, ms }) {
  const mark = { passed: picocolors.green('ok  '), failed: picocolors.red('FAIL'), skipped: picocolors.yellow('skip') }[outcome];
  process.stdout.write(`${mark} ${check.point}  ${check.name} ${picocolors.dim(`${Math.round(ms)} ms`)}\n`);
  if (reason !== null) process.stdout.write(`       ${outcome === 'failed' ? picocolors.red(reason) : picocolors.dim(reason)}\n`);
}

async function compiled(name) {
  try {
    return await import(new URL(`../packages/testing/dist/conformance/${name}.js`, import.meta.url).href);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    process.stderr.write('packages/testing is not compiled: run `pnpm build` first\n');
    process.exit(2);
  }
}
