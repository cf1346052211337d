import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Secret } from '@dockhero/domain/secret';
import pg from 'pg';
import { inject } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    templateDatabaseUrl: string;
    redisUrl: string;
  }
}

const migrations = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));

export interface TestDatabase {
  readonly url: Secret;
  readonly drop: () => Promise<void>;
}

/**
 * A database of the caller's own: a file copy of a migrated template, so isolation costs some milliseconds.
 * @param migrate applies the migrations to the template; the first caller's does the work.
 */
export async function createTestDatabase(migrate: (url: Secret, folder: string) => Promise<unknown>): Promise<TestDatabase> {
  const template = inject('templateDatabaseUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await migrate(new Secret(template), migrations);
  await administer(template, `CREATE DATABASE ${name} TEMPLATE template_dockhero`);
  const url = new URL(template);
  url.pathname = `/${name}`;
  return { url: new Secret(url.href), drop: () => administer(template, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** Copying fails while somebody is connected to the template, as another file's migration may be for a moment. */
async function administer(template: string, statement: string): Promise<void> {
  const url = new URL(template);
  url.pathname = '/postgres';
  for (let tries = 1; ; tries += 1) {
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      await client.query(statement);
      return;
    } catch (error) {
      const isBusy = (error as { code?: string }).code === '55006';
      if (!isBusy || tries >= 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await client.end();
    }
  }
}

/** One of Redis' sixteen databases; files that run at the same time take different ones. */
export function testRedisUrl(index: number): Secret {
  const url = new URL(inject('redisUrl'));
  url.pathname = `/${index}`;
  return new Secret(url.href);
}
