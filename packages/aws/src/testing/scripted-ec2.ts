import type { EC2Client } from '@aws-sdk/client-ec2';
import { openEc2 } from '../ec2-client.js';
import { ec2Answer, ec2Error, ScriptedAws, type AwsAnswer } from './scripted-aws.js';

/** An EC2 that answers each action from a list, which is used up; its last entry again and again. */
export class ScriptedEc2 {
  answers: Record<string, AwsAnswer[]> = {};
  readonly ec2: EC2Client;

  private constructor(readonly aws: ScriptedAws) {
    process.env['AWS_ACCESS_KEY_ID'] = 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
    this.ec2 = openEc2({ region: 'us-east-1', endpoint: aws.endpoint });
    aws.answer = ({ action }) => {
      const list = this.answers[action] ?? [];
      return (list.length > 1 ? list.shift() : list[0]) ?? ec2Error(`Unexpected-${action}`);
    };
  }

  static async start(): Promise<ScriptedEc2> {
    return new ScriptedEc2(await ScriptedAws.start());
  }

  async stop(): Promise<void> {
    this.ec2.destroy();
    await this.aws.stop();
  }
}

/** One volume in DescribeVolumes. */
export function aVolume(attachment?: object): object {
  return { volumeId: 'vol-1', size: 1, volumeType: 'gp2', status: 'in-use', attachmentSet: attachment ? [attachment] : [] };
}

export function volumes(list: object[], nextToken?: string): AwsAnswer {
  return ec2Answer('DescribeVolumes', { volumeSet: list, ...(nextToken ? { nextToken } : {}) });
}
