import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Template, TemplateConfigVar } from './template.js';

/** Part of the published package; the same two levels up from `src/generate` and from `dist/generate`. */
const templatesFolder = fileURLToPath(new URL('../../templates', import.meta.url));

/** All templates of the package, by name; nothing is fetched. @throws Error when a `template.json` is broken, which is our fault. */
export async function readTemplates(folder = templatesFolder): Promise<Template[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return await Promise.all(names.toSorted().map((name) => readTemplate(join(folder, name), name)));
}

async function readTemplate(folder: string, name: string): Promise<Template> {
  const json = JSON.parse(await readFile(join(folder, 'template.json'), 'utf8')) as Record<string, unknown>;
  if (json['name'] !== name) throw new Error(`templates/${name}/template.json must have the name ${name}`);
  return {
    name,
    version: text(json, 'version', name),
    description: text(json, 'description', name),
    files: texts(json, 'files', name),
    configVars: list(json, 'configVars', name).map((entry) => readConfigVar(entry, name)),
    usage: texts(json, 'usage', name),
    folder,
  };
}

function readConfigVar(entry: unknown, template: string): TemplateConfigVar {
  const json = (entry ?? {}) as Record<string, unknown>;
  const name = text(json, 'name', template);
  if (!/^[A-Z_][A-Z0-9_]*$/.test(name)) throw new Error(`templates/${template}: ${name} is no name of a config var`);
  return { name, description: text(json, 'description', template), generate: json['generate'] === true };
}

function text(json: Record<string, unknown>, key: string, template: string): string {
  const value = json[key];
  if (typeof value !== 'string' || value === '') throw new Error(`templates/${template}/template.json lacks the text "${key}"`);
  return value;
}

function list(json: Record<string, unknown>, key: string, template: string): unknown[] {
  const value = json[key];
  if (!Array.isArray(value)) throw new Error(`templates/${template}/template.json lacks the list "${key}"`);
  return value as unknown[];
}

function texts(json: Record<string, unknown>, key: string, template: string): string[] {
  return list(json, key, template).map((value) => {
    if (typeof value !== 'string') throw new Error(`templates/${template}/template.json: "${key}" must hold texts only`);
    return value;
  });
}
