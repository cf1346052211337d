import type { NormalizedSchema } from '@smithy/core/schema';
import type { Ec2Error } from './ec2-error.js';
import type { Operation } from './find-operation.js';

const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/**
 * Writes an output shape of the SDK as EC2's XML.
 * @throws Error when the answer has a member that the operation's schema does not know: a bug of the emulator, not of the client.
 */
export function encodeAnswer(action: string, operation: Operation, output: object, requestId: string): string {
  const body = operation.output.isUnitSchema() ? '<return>true</return>' : write(operation.output, output);
  return `${DECLARATION}<${action}Response xmlns="${NAMESPACE}"><requestId>${requestId}</requestId>${body}</${action}Response>`;
}

/** Note `RequestID` here against `requestId` in an answer: EC2 does so. */
export function encodeError(error: Pick<Ec2Error, 'code' | 'message'>, requestId: string): string {
  const { code, message } = error;
  return (
    `${DECLARATION}<Response><Errors><Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error></Errors>` +
    `<RequestID>${requestId}</RequestID></Response>`
  );
}

function write(schema: NormalizedSchema, value: unknown): string {
  if (schema.isStructSchema()) return writeStruct(schema, value as Record<string, unknown>);
  if (schema.isListSchema()) return writeList(schema, value as unknown[]);
  if (schema.isTimestampSchema()) return new Date(value as string | Date).toISOString();
  if (schema.isBlobSchema()) return Buffer.from(value as Uint8Array).toString('base64');
  return escapeXml(String(value));
}

function writeStruct(schema: NormalizedSchema, value: Record<string, unknown>): string {
  const known = new Set<string>();
  let xml = '';
  for (const [name, member] of schema.structIterator()) {
    known.add(name);
    if (value[name] === undefined || value[name] === null) continue;
    const element = xmlName(member) ?? name;
    xml += `<${element}>${write(member, value[name])}</${element}>`;
  }
  const unknown = Object.keys(value).find((name) => !known.has(name));
  if (unknown !== undefined) throw new Error(`${schema.getName()} has no member ${unknown}`);
  return xml;
}

function writeList(schema: NormalizedSchema, values: unknown[]): string {
  const element = schema.getValueSchema();
  const name = xmlName(element) ?? 'item';
  return values.map((value) => `<${name}>${write(element, value)}</${name}>`).join('');
}

function xmlName(schema: NormalizedSchema): string | undefined {
  return (schema.getMergedTraits() as { xmlName?: string }).xmlName;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;', '\r': '&#xD;' };

/** Control characters other than tab and line feed cannot stand in XML 1.0 at all, so they are left out. */
function escapeXml(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '').replace(/[&<>"'\r]/g, (char) => ENTITIES[char] ?? char);
}
