import type { NormalizedSchema } from '@smithy/core/schema';
import { Ec2Error, invalidValue, missingParameter } from './ec2-error.js';
import { findOperation, type Operation } from './find-operation.js';
import { parseQueryTree, type QueryNode } from './query-tree.js';

export interface DecodedRequest {
  action: string;
  operation: Operation;
  /** The SDK's input shape of `action`. */
  input: Record<string, unknown>;
}

/**
 * Reads one EC2 Query request into the input shape which the SDK's client would have taken.
 * @throws Ec2Error `MissingAction`, `InvalidAction`, `UnknownParameter` or `InvalidParameterValue`, as EC2 does.
 */
export function decodeRequest(body: string): DecodedRequest {
  const { Action: action, Version: version, ...parameters } = parseQueryTree(body);
  if (typeof action !== 'string') throw new Ec2Error('MissingAction', 'The request must contain the parameter Action');
  if (typeof version !== 'string') throw missingParameter('Version');
  const operation = findOperation(action);
  if (!operation) throw new Ec2Error('InvalidAction', `The action ${action} is not valid for this web service.`);
  return { action, operation, input: readStruct(operation.input, parameters, []) };
}

function readStruct(schema: NormalizedSchema, node: QueryNode, path: string[]): Record<string, unknown> {
  if (typeof node === 'string') throw new Ec2Error('UnknownParameter', `The parameter ${path.join('.')} is not recognized`);
  const out: Record<string, unknown> = {};
  const known = new Set<string>();
  for (const [name, member] of schema.structIterator()) {
    const wire = wireName(name, member);
    known.add(wire);
    const value = node[wire];
    if (value !== undefined) out[name] = read(member, value, [...path, wire]);
  }
  for (const name of Object.keys(node)) {
    if (!known.has(name)) throw new Ec2Error('UnknownParameter', `The parameter ${[...path, name].join('.')} is not recognized`);
  }
  return out;
}

/** The `ec2` protocol: the model's query name if given, else the XML name (or the member's own) with a capital first letter. */
function wireName(name: string, member: NormalizedSchema): string {
  const { ec2QueryName, xmlName } = member.getMergedTraits() as { ec2QueryName?: string; xmlName?: string };
  if (ec2QueryName !== undefined) return ec2QueryName;
  const base = xmlName ?? name;
  return base.charAt(0).toUpperCase() + base.slice(1);
}

function read(schema: NormalizedSchema, node: QueryNode, path: string[]): unknown {
  if (schema.isStructSchema()) return readStruct(schema, node, path);
  if (schema.isListSchema()) return readList(schema, node, path);
  if (typeof node !== 'string') throw new Ec2Error('UnknownParameter', `The parameter ${path.join('.')} is not recognized`);
  return readScalar(schema, node, path.join('.'));
}

function readList(schema: NormalizedSchema, node: QueryNode, path: string[]): unknown[] {
  if (typeof node === 'string') {
    if (node === '') return []; // botocore sends an empty list as an empty value
    throw new Ec2Error('UnknownParameter', `The parameter ${path.join('.')} is not recognized`);
  }
  const positions = Object.keys(node);
  if (!positions.every((position) => /^\d+$/.test(position))) throw invalidValue(`The list ${path.join('.')} has an invalid index.`);
  const element = schema.getValueSchema();
  return positions.toSorted((a, b) => Number(a) - Number(b)).map((position) => read(element, node[position] ?? '', [...path, position]));
}

function readScalar(schema: NormalizedSchema, text: string, name: string): unknown {
  if (schema.isNumericSchema() || schema.isBigIntegerSchema()) {
    const number = Number(text);
    if (text === '' || Number.isNaN(number)) throw invalidValue(`Value (${text}) for parameter ${name} is invalid.`);
    return number;
  }
  if (schema.isBooleanSchema()) {
    if (!/^(true|false)$/i.test(text)) throw invalidValue(`Value (${text}) for parameter ${name} is invalid. Must be true or false.`);
    return text.toLowerCase() === 'true';
  }
  if (schema.isTimestampSchema()) return readTimestamp(text, name);
  if (schema.isBlobSchema()) return new Uint8Array(Buffer.from(text, 'base64'));
  return text;
}

function readTimestamp(text: string, name: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw invalidValue(`Value (${text}) for parameter ${name} is invalid. Must be a timestamp.`);
  return date;
}
