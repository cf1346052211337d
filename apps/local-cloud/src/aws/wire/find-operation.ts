import * as ec2 from '@aws-sdk/client-ec2';
import { NormalizedSchema } from '@smithy/core/schema';

export interface Operation {
  input: NormalizedSchema;
  output: NormalizedSchema;
}

/** Leading number of a static schema that says "this is an operation": `[9, namespace, name, traits, input, output]`. */
const OPERATION = 9;
const exported: Record<string, unknown> = ec2;

/**
 * Finds an operation of EC2 by its name in the schemas which the SDK exports (`RunInstances$`), or null.
 * The codec lives off these, so it can read and write every operation that the pinned SDK knows.
 */
export function findOperation(action: string): Operation | null {
  const schema = exported[`${action}$`];
  if (!Array.isArray(schema) || schema[0] !== OPERATION) return null;
  return { input: NormalizedSchema.of(schema[4]), output: NormalizedSchema.of(schema[5]) };
}
