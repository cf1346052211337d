import { userIdOf } from '../apps/user-id.js';
import type { App, Release } from '../state/records.js';

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function presentUser(email: string): { id: string; email: string } {
  return { id: userIdOf(email), email };
}

/** An app as the Platform API shows it; the CLI's `apps:info` reads nearly all of it. */
export function presentApp(app: App): Record<string, unknown> {
  const stack = { id: 'heroku-24', name: 'heroku-24' };
  return {
    id: app.id,
    name: app.name,
    acm: false,
    archived_at: null,
    build_stack: stack,
    stack,
    buildpack_provided_description: null,
    create_status: 'complete',
    created_at: isoTime(app.createdAt),
    updated_at: isoTime(app.updatedAt),
    released_at: isoTime(app.releases.at(-1)?.createdAt ?? app.createdAt),
    generation: { id: 'cedar', name: 'cedar' },
    git_url: `https://git.heroku.com/${app.name}.git`,
    web_url: `https://${app.name}.herokuapp.com/`,
    internal_routing: null,
    maintenance: false,
    organization: null,
    owner: presentUser(app.ownerEmail),
    region: { id: app.region, name: app.region },
    repo_size: 0,
    slug_size: 0,
    space: null,
    team: null,
  };
}

export function presentRelease(app: App, release: Release): Record<string, unknown> {
  return {
    id: release.id,
    version: release.version,
    description: release.description,
    status: 'succeeded',
    current: release.version === app.releases.at(-1)?.version,
    eligible_for_rollback: true,
    app: { id: app.id, name: app.name },
    user: presentUser(release.email),
    addon_plan_names: [],
    slug: null,
    output_stream_url: null,
    created_at: isoTime(release.createdAt),
    updated_at: isoTime(release.createdAt),
  };
}

export function presentCollaborator(app: App, email: string): Record<string, unknown> {
  return {
    id: userIdOf(`${app.id} ${email}`),
    app: { id: app.id, name: app.name },
    user: { ...presentUser(email), federated: false },
    role: email === app.ownerEmail ? 'owner' : 'collaborator',
    created_at: isoTime(app.createdAt),
    updated_at: isoTime(app.createdAt),
  };
}
