import type { VolumeAnswer, VolumeList } from '@dockhero/contracts/volumes-api';
import { callApi } from '../../connection/call-api.js';
import { fillWith } from '../../stackfile/fill-text.js';
import { declaredVolumes, mountedVolumes } from '../../stackfile/named-volumes.js';
import { servicesOf } from '../../stackfile/stack-services.js';
import type { Check } from '../check.js';
import { type Facts, ownFlags } from '../facts.js';
import { error, type Finding, ok, warning } from '../finding.js';

const timeoutMs = 10_000;

/** Is a volume in trouble, and does the stackfile keep data where nothing keeps it? */
export const volumes: Check = {
  name: 'the volumes',
  async run(facts) {
    const [known, undriven] = await Promise.all([knownVolumes(facts), undrivenVolumes(facts)]);
    const wanted = known.filter(({ state }) => state !== 'removed');
    const troubled = wanted
      .filter(({ trouble, state }) => trouble !== null || state === 'lost')
      .map((volume) => describe(volume, ownFlags(facts)));
    if (wanted.length > 0 && troubled.length === 0) {
      troubled.push(ok('volumes', wanted.length === 1 ? 'The volume is in order' : `All ${String(wanted.length)} volumes are in order`));
    }
    return [...troubled, ...describeUndriven(undriven, new Set(wanted.map(({ name }) => name)))];
  },
};

/** None where they cannot be read: other checks say why. */
async function knownVolumes(facts: Facts): Promise<readonly VolumeAnswer[]> {
  try {
    const addon = await facts.addon();
    if (!addon) return [];
    return (await callApi<VolumeList>(addon.configUrl, { method: 'GET', path: '/volumes', timeoutMs })).body.volumes;
  } catch {
    return [];
  }
}

function describe({ name, state, trouble }: VolumeAnswer, flags: string): Finding {
  const text = `The volume ${name} is in trouble: ${trouble ?? 'AWS does not know it any more.'}`;
  return state === 'lost'
    ? error('volume-lost', text, `Restore its newest backup into a new volume: heroku dh:backups ${name}${flags}`)
    : warning('volume-trouble', text, `See how it stands: heroku dh:volumes${flags}`);
}

/** Keys of volumes that a service mounts and for which no driver is named. */
async function undrivenVolumes(facts: Facts): Promise<readonly string[]> {
  const files = await facts.stackfilesOrNull();
  if (!files) return [];
  const fill = fillWith(await facts.knownValues());
  const mounted = new Set(servicesOf(files).flatMap((service) => mountedVolumes(service, fill).map(({ key }) => key)));
  const declared = declaredVolumes(files, fill);
  return [...mounted].filter((key) => {
    const all = declared.filter((one) => one.key === key);
    return all.length > 0 && all.every(({ driver, isExternal }) => driver === '' && !isExternal);
  });
}

function describeUndriven(keys: readonly string[], known: ReadonlySet<string>): readonly Finding[] {
  const shadowing = keys.filter((key) => known.has(key) || known.has(`dockhero_${key}`));
  const local = keys.filter((key) => !shadowing.includes(key));
  const mend = 'Write driver: dockhero below it, under the top-level volumes.';
  return [
    ...shadowing.map((key) =>
      warning(
        'volume-shadowed',
        `The stackfile names no driver for ${key}: a host that does not have that volume makes an empty one in its place.`,
        mend,
      ),
    ),
    ...(local.length === 0
      ? []
      : [
          warning(
            'volume-local',
            `No driver is named for ${local.join(', ')}: what is there lies on the host's own disk, is in no backup, and goes with the host.`,
            `If it must last: ${mend.replace('W', 'w')}`,
          ),
        ]),
  ];
}
