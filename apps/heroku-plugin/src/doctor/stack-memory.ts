import { parseMemory } from './parse-memory.js';

/** What a service of the stackfile takes: its own limit, or what its image is known to want. */
export interface ServiceMemory {
  readonly service: string;
  readonly bytes: number;
  readonly source: 'limit' | 'image';
}

const mebibyte = 1024 ** 2;

/** Images that do not start, or die within hours, with less. From their makers' documentation; only where it is well above a small host's. */
const hungryImages: readonly (readonly [RegExp, number])[] = [
  [/(^|\/)(elasticsearch|opensearch)(:|$)/, 1200],
  [/(^|\/)logstash(:|$)/, 1200],
  [/(^|\/)gitlab-[ce]e(:|$)/, 4096],
  [/(^|\/)sonarqube(:|$)/, 2048],
  [/(^|\/)cassandra(:|$)/, 2048],
  [/(^|\/)mssql\/server(:|$)/, 2048],
  [/(^|\/)(neo4j|cp-kafka|kafka)(:|$)/, 1024],
];

/** The services whose need is known. @param services the `services` of a stackfile, with its variables filled in. */
export function stackMemory(services: Readonly<Record<string, unknown>>): ServiceMemory[] {
  return Object.entries(services).flatMap(([service, definition]) => {
    const limit = limitOf(definition);
    const wanted = limit ?? wantedBy((definition as { image?: unknown } | null)?.image);
    if (wanted === null) return [];
    return [{ service, bytes: wanted * replicasOf(definition), source: limit === null ? ('image' as const) : ('limit' as const) }];
  });
}

interface Sized {
  readonly mem_limit?: unknown;
  readonly scale?: unknown;
  readonly deploy?: { readonly replicas?: unknown; readonly resources?: { readonly limits?: { readonly memory?: unknown } } };
}

function limitOf(definition: unknown): number | null {
  const { mem_limit, deploy } = (definition ?? {}) as Sized;
  const limit = parseMemory(deploy?.resources?.limits?.memory ?? mem_limit);
  return limit === 0 ? null : limit; // 0 is Docker's word for "no limit"
}

function replicasOf(definition: unknown): number {
  const { scale, deploy } = (definition ?? {}) as Sized;
  const replicas = Number(deploy?.replicas ?? scale ?? 1);
  return Number.isInteger(replicas) && replicas >= 0 ? replicas : 1;
}

function wantedBy(image: unknown): number | null {
  if (typeof image !== 'string') return null;
  const found = hungryImages.find(([pattern]) => pattern.test(image.replace(/@sha256:.*$/, '')));
  return found ? found[1] * mebibyte : null;
}
