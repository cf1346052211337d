/**
 * An answer of EC2 that is an error. `code` is what clients match on, and reaches the SDK as the error's `name`.
 * @see specs/ec2-ebs.md, section 8, for the codes and what callers make of them.
 */
export class Ec2Error extends Error {
  override readonly name = 'Ec2Error';

  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** `InvalidInstanceID.NotFound` and its kin; the sentences are EC2's own. */
export function notFound(code: string, noun: string, id: string): Ec2Error {
  return new Ec2Error(code, `The ${noun} '${id}' does not exist`);
}

export function missingParameter(name: string): Ec2Error {
  return new Ec2Error('MissingParameter', `The request must contain the parameter ${name}`);
}

export function invalidValue(message: string): Ec2Error {
  return new Ec2Error('InvalidParameterValue', message);
}

export function invalidCombination(message: string): Ec2Error {
  return new Ec2Error('InvalidParameterCombination', message);
}
