import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ACTION_NAMES } from '../actions/action-table.js';
import { decodeRequest } from './decode-request.js';

interface Recorded {
  action: string;
  body: string;
  input: Record<string, unknown>;
}

/** What the pinned SDK sent for the input beside it; an SDK whose schemas changed shows here first. */
const recorded = JSON.parse(readFileSync(path.join(import.meta.dirname, 'recorded-requests.json'), 'utf8')) as Recorded[];
const request = (parameters: string): string => `Version=2016-11-15&${parameters}`;

describe('decodeRequest', () => {
  it.each(recorded)('gives $action the input that the SDK was given', ({ action, body, input }) => {
    expect(decodeRequest(body)).toMatchObject({ action, input });
  });

  it('has a recorded request of every action that is served', () => {
    expect(recorded.map(({ action }) => action).toSorted()).toEqual([...ACTION_NAMES].toSorted());
  });

  it('keeps the order of lists by their numbers, not as text', () => {
    const ids = Array.from({ length: 12 }, (_, n) => `InstanceId.${12 - n}=i-${12 - n}`).join('&');
    const { input } = decodeRequest(request(`Action=StopInstances&${ids}`));
    expect(input['InstanceIds']).toEqual(Array.from({ length: 12 }, (_, n) => `i-${n + 1}`));
  });

  it('knows operations that are not served, since it lives off the schemas of the SDK', () => {
    expect(decodeRequest(request('Action=CreateVolume&Size=8&AvailabilityZone=us-east-1a')).input).toEqual({
      Size: 8,
      AvailabilityZone: 'us-east-1a',
    });
  });

  it.each([
    ['an action that EC2 does not have', 'Action=LaunchRockets', 'InvalidAction'],
    ['a request without action', 'InstanceId.1=i-1', 'MissingAction'],
    ['a parameter that the action does not have', 'Action=StopInstances&Hurry=true', 'UnknownParameter'],
    ['an unknown nested parameter', 'Action=RunInstances&MetadataOptions.Tokens=required', 'UnknownParameter'],
    ['a text where a number belongs', 'Action=RunInstances&MinCount=one', 'InvalidParameterValue'],
    ['a text where a list belongs', 'Action=StopInstances&InstanceId=i-1', 'UnknownParameter'],
    ['a list with a name for a number', 'Action=StopInstances&InstanceId.first=i-1', 'InvalidParameterValue'],
    ['a boolean that is neither', 'Action=StopInstances&Force=maybe', 'InvalidParameterValue'],
  ])('refuses %s', (_what, parameters, code) => {
    expect(() => decodeRequest(request(parameters))).toThrow(expect.objectContaining({ code }));
  });
});
