import { describe, expect, it } from 'vitest';
import { encodeAnswer, encodeError } from './encode-answer.js';
import { findOperation, type Operation } from './find-operation.js';

const operation = (name: string): Operation => findOperation(name) as Operation;

describe('encodeAnswer', () => {
  it('writes sets of items, dates and booleans as EC2 does', () => {
    const output = {
      Reservations: [
        {
          ReservationId: 'r-1',
          Instances: [{ InstanceId: 'i-1', LaunchTime: new Date(0), EbsOptimized: false, Tags: [{ Key: 'a', Value: '<&>' }] }],
        },
      ],
    };
    expect(encodeAnswer('DescribeInstances', operation('DescribeInstances'), output, 'id')).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>id</requestId>' +
        '<reservationSet><item><reservationId>r-1</reservationId><instancesSet><item><ebsOptimized>false</ebsOptimized>' +
        '<tagSet><item><key>a</key><value>&lt;&amp;&gt;</value></item></tagSet><instanceId>i-1</instanceId>' +
        '<launchTime>1970-01-01T00:00:00.000Z</launchTime></item></instancesSet></item></reservationSet></DescribeInstancesResponse>',
    );
  });

  it('answers true where an action has no output', () => {
    expect(encodeAnswer('RebootInstances', operation('RebootInstances'), {}, 'id')).toContain('<return>true</return>');
  });

  it('does not let the emulator answer what EC2 has no member for', () => {
    expect(() => encodeAnswer('DescribeInstances', operation('DescribeInstances'), { Machines: [] }, 'id')).toThrow('no member Machines');
  });

  it('leaves out characters that XML cannot hold', () => {
    const xml = encodeAnswer('GetConsoleOutput', operation('GetConsoleOutput'), { Output: 'a\u0000\u001bb' }, 'id');
    expect(xml).toContain('<output>ab</output>');
  });
});

describe('encodeError', () => {
  it('has the shape of an error of EC2', () => {
    expect(encodeError({ code: 'InvalidGroup.NotFound', message: `The group '<x>' does not exist` }, 'id')).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>InvalidGroup.NotFound</Code>' +
        '<Message>The group &apos;&lt;x&gt;&apos; does not exist</Message></Error></Errors><RequestID>id</RequestID></Response>',
    );
  });
});
