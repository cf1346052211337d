#!/usr/bin/env node
// Offline stand-in for Prisma's native schema-engine: speaks its stdin/stdout JSON-RPC and
// answers with the WASM build of the same engine over @prisma/adapter-pg.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { parse as parseUrl } from 'pg-connection-string';

const require = createRequire(import.meta.url);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: { datamodels: { type: 'string', multiple: true }, datasource: { type: 'string' } },
});
const datasource = values.datasource ? JSON.parse(values.datasource) : {};
const log = (level, fields, target = 'schema_engine::logger') =>
  process.stderr.write(JSON.stringify({ timestamp: new Date().toISOString(), level, fields, target }) + '\n');

// --- `schema-engine cli can-connect-to-database|create-database`
const dbName = (url) => decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres';
async function connect(url) {
  const c = new pg.Client({ connectionString: url });
  await c.connect();
  return c;
}
async function cli(cmd) {
  const url = datasource.url;
  try {
    if (cmd === 'can-connect-to-database') {
      await (await connect(url)).end();
      return 0;
    }
    if (cmd === 'create-database') {
      await createDatabase(url);
      return 0;
    }
    throw new Error(`unknown command ${cmd}`);
  } catch (e) {
    const host = (() => {
      try {
        const u = new URL(url);
        return `${u.hostname}:${u.port || 5432}`;
      } catch {
        return '?';
      }
    })();
    const [error_code, message] =
      e.code === '3D000'
        ? ['P1003', `Database \`${dbName(url)}\` does not exist`]
        : e.code === 'ECONNREFUSED'
          ? ['P1001', `Can't reach database server at \`${host}\``]
          : e.code === '28P01'
            ? ['P1000', e.message]
            : ['P1010', e.message];
    process.stderr.write('\n'); // the CLI drops the first line
    log('ERROR', { is_panic: false, error_code, message, meta: {} });
    return 1;
  }
}
async function createDatabase(url) {
  const u = new URL(url);
  const name = dbName(url);
  u.pathname = '/postgres';
  const c = await connect(u.href);
  try {
    await c.query(`CREATE DATABASE ${c.escapeIdentifier(name)}`);
  } finally {
    await c.end();
  }
  return { databaseName: name };
}

// --- adapter-pg has no mapping for the catalog type "char" (oid 18) that the describer reads; add it.
function patchQueryable(q) {
  const io = q.performIO.bind(q);
  const raw = q.queryRaw.bind(q);
  let chars = [];
  q.performIO = async (query) => {
    const r = await io(query);
    chars = [];
    r.fields?.forEach((f, i) => {
      if (f.dataTypeID === 18) {
        chars.push(i);
        f.dataTypeID = 25;
      }
    });
    return r;
  };
  q.queryRaw = async (query) => {
    const r = await raw(query);
    for (const i of chars) r.columnTypes[i] = ColumnTypeEnum.Character;
    return r;
  };
  // adapter-pg splits scripts on every ';' (breaks $$ bodies and string literals, and loses atomicity);
  // one simple-protocol query is what the native engine sends.
  if (q.executeScript)
    q.executeScript = async (script) => {
      try {
        await q.client.query(script);
      } catch (e) {
        q.onError(e);
      }
    };
  if (q.startTransaction) {
    const start = q.startTransaction.bind(q);
    q.startTransaction = async (...a) => patchQueryable(await start(...a));
  }
  return q;
}
// adapter-pg drops its shadow database before closing the pool, and lets connectionString win
// over `database`; both make every shadow run fail, so the shadow life cycle is done here.
function catalogAware(cfg, options) {
  const make = (c) => new PrismaPg(c, options);
  const f = make(cfg);
  const connect = f.connect.bind(f);
  f.connect = async () => patchQueryable(await connect());
  f.connectToShadowDb = async () => {
    const own = datasource.shadowDatabaseUrl ? parseUrl(datasource.shadowDatabaseUrl) : undefined;
    const name = own?.database ?? `prisma_migrate_shadow_db_${crypto.randomUUID()}`;
    const admin = async (sql) => {
      const c = new pg.Client(own ?? cfg);
      await c.connect();
      try {
        await c.query(sql);
      } finally {
        await c.end();
      }
    };
    const wipe = 'DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;';
    await admin(own ? wipe : `CREATE DATABASE "${name}"`);
    const adapter = patchQueryable(await make({ ...(own ?? cfg), database: name }).connect());
    const dispose = adapter.dispose.bind(adapter);
    adapter.dispose = async () => {
      await dispose();
      await admin(own ? wipe : `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    };
    return adapter;
  };
  return f;
}

// --- JSON-RPC
async function loadEngine() {
  const bg = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const file = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg').replace(/\.js$/, '.wasm');
  const { instance } = await WebAssembly.instantiate(await readFile(file), { './schema_engine_bg.js': bg });
  bg.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return bg.SchemaEngine;
}
async function rpc() {
  const SchemaEngine = await loadEngine();
  const datamodels = await Promise.all((values.datamodels ?? []).map(async (p) => [p, await readFile(p, 'utf8')]));
  // not `connectionString`: pg lets it override the `database` that adapter-pg sets for its shadow database
  const cfg = datasource.url ? parseUrl(datasource.url) : {};
  const schema = datasource.url ? (new URL(datasource.url).searchParams.get('schema') ?? undefined) : undefined;
  const factory = bindMigrationAwareSqlAdapterFactory(catalogAware(cfg, { schema }));
  let engine;
  const getEngine = async () =>
    (engine ??= await SchemaEngine.new(
      { datamodels: datamodels.length ? datamodels : undefined },
      (l) => process.env.SHIM_DEBUG && process.stderr.write(`${l}\n`),
      factory,
    ));
  const alias = { getDatabaseVersion: 'version' };
  const out = (o) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...o }) + '\n');
  for await (const line of createInterface({ input: process.stdin })) {
    if (!line.trim()) continue;
    const { id, method, params } = JSON.parse(line);
    if (!method) continue; // reply to one of our own `print` calls
    try {
      let result;
      if (method === 'createDatabase') result = await createDatabase(params.datasource?.url ?? datasource.url);
      else {
        const e = await getEngine();
        const fn = alias[method] ?? method;
        if (typeof e[fn] !== 'function') throw new Error(`method not found: ${method}`);
        result = (await e[fn](params)) ?? {};
        if (method === 'diff' && result.stdout != null) {
          out({ id: 1e6 + id, method: 'print', params: { content: result.stdout } });
          result = { exitCode: result.exitCode };
        }
      }
      out({ id, result });
    } catch (err) {
      if (process.env.SHIM_DEBUG) process.stderr.write(String(err?.stack ?? err) + JSON.stringify(err) + '\n');
      out({
        id,
        error: {
          code: 4466,
          message: 'An error happened. Check the data field for details.',
          data: { is_panic: false, message: err?.message ?? String(err), error_code: err?.code, meta: err?.meta ?? {} },
        },
      });
    }
  }
  process.exit(0);
}
if (positionals[0] === 'cli') process.exit(await cli(positionals[1]));
if (process.argv.includes('--version')) {
  console.log('schema-engine-cli 0edf323efd1d98336f3f0a68684b56f689b900d3');
  process.exit(0);
}
await rpc();
