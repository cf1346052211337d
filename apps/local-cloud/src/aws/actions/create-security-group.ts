import type { CreateSecurityGroupCommandInput, CreateSecurityGroupCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import type { Cloud } from '../cloud.js';
import { ACCOUNT_ID, REGION } from '../network-layout.js';
import { newId } from '../state/new-id.js';
import { readTagSpecifications, writeTags } from '../state/read-tags.js';
import { Ec2Error, invalidValue, missingParameter, notFound } from '../wire/ec2-error.js';

const TEXT = /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

/** A new group lets nothing in. Its name is unique, which stands in for a client token: a repeat is `InvalidGroup.Duplicate`. */
export async function createSecurityGroup(
  input: CreateSecurityGroupCommandInput,
  cloud: Cloud,
): Promise<Answer<CreateSecurityGroupCommandOutput>> {
  const { GroupName: name, Description: description, VpcId: vpcId } = input;
  if (!name) throw missingParameter('GroupName');
  if (!description) throw missingParameter('GroupDescription');
  if (!TEXT.test(name) || name.startsWith('sg-')) throw invalidValue(`Value (${name}) for parameter GroupName is invalid.`);
  if (!TEXT.test(description)) throw invalidValue(`Value (${description}) for parameter GroupDescription is invalid.`);
  if (vpcId !== undefined && vpcId !== cloud.network.vpcId) throw notFound('InvalidVpcID.NotFound', 'vpc ID', vpcId);
  const groups = cloud.state.securityGroups;
  if (Object.values(groups).some((group) => group.name === name)) {
    throw new Ec2Error('InvalidGroup.Duplicate', `The security group '${name}' already exists for VPC '${cloud.network.vpcId}'`);
  }
  const tags = readTagSpecifications(input.TagSpecifications, 'security-group');
  const id = newId('sg');
  groups[id] = { id, name, description, rules: [], tags, visibleAtMs: Date.now() + cloud.delays.visibilityMs };
  await cloud.applyNetwork();
  cloud.save();
  return { GroupId: id, Tags: writeTags(tags), SecurityGroupArn: `arn:aws:ec2:${REGION}:${ACCOUNT_ID}:security-group/${id}` };
}
