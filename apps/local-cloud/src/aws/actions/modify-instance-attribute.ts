import type { InstanceBlockDeviceMappingSpecification, ModifyInstanceAttributeCommandInput } from '@aws-sdk/client-ec2';
import type { Cloud } from '../cloud.js';
import type { Instance } from '../state/cloud-state.js';
import { findInstance, findSecurityGroup } from '../state/find.js';
import { Ec2Error, invalidCombination, invalidValue, missingParameter } from '../wire/ec2-error.js';
import { readType } from './read-launch-request.js';

/** Changes exactly one attribute. Type and user data only while the instance is stopped; new user data does not run again. */
export async function modifyInstanceAttribute(input: ModifyInstanceAttributeCommandInput, cloud: Cloud): Promise<object> {
  if (!input.InstanceId) throw missingParameter('InstanceId');
  const instance = findInstance(cloud, input.InstanceId);
  const { InstanceId: _id, DryRun: _dryRun, ...rest } = input;
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  if (given.length !== 1) throw invalidCombination('Fields for multiple attribute types specified, or none');
  changeAttribute(cloud, instance, input);
  await cloud.applyNetwork();
  cloud.save();
  return {};
}

function changeAttribute(cloud: Cloud, instance: Instance, input: ModifyInstanceAttributeCommandInput): void {
  if (input.InstanceType) {
    needsStopped(instance, 'instanceType');
    instance.type = readType(input.InstanceType.Value);
  } else if (input.UserData) {
    needsStopped(instance, 'userData');
    instance.userData = Buffer.from(input.UserData.Value ?? []).toString('base64') || null;
  } else if (input.DisableApiTermination) {
    instance.terminationProtected = input.DisableApiTermination.Value ?? false;
  } else if (input.InstanceInitiatedShutdownBehavior) {
    instance.shutdownBehavior = readShutdownBehavior(input.InstanceInitiatedShutdownBehavior.Value);
  } else if (input.Groups) {
    for (const id of input.Groups) findSecurityGroup(cloud, id);
    instance.groupIds = [...new Set(input.Groups)];
  } else if (input.BlockDeviceMappings) {
    changeBlockDevices(cloud, instance, input.BlockDeviceMappings);
  } else {
    throw invalidValue('The local cloud does not serve this attribute.');
  }
}

/** Only whether a volume dies with its instance can be changed. All of them, or none. */
function changeBlockDevices(cloud: Cloud, instance: Instance, mappings: InstanceBlockDeviceMappingSpecification[]): void {
  const changes = mappings.map(({ DeviceName: device, Ebs: ebs }) => {
    const attached = Object.values(cloud.state.volumes).find(
      ({ attachment }) => attachment?.instanceId === instance.id && attachment.device === device,
    );
    if (!attached?.attachment) throw new Ec2Error('InvalidInstanceAttributeValue', `No device is currently mapped at ${device}`);
    if (attached.id === instance.rootVolumeId && ebs?.DeleteOnTermination === false)
      throw new Ec2Error('UnsupportedOperation', 'In the local cloud a root volume ends with its instance.');
    return { attachment: attached.attachment, deleteOnTermination: ebs?.DeleteOnTermination ?? attached.attachment.deleteOnTermination };
  });
  for (const { attachment, deleteOnTermination } of changes) attachment.deleteOnTermination = deleteOnTermination;
}

function needsStopped(instance: Instance, attribute: string): void {
  if (instance.state === 'stopped') return;
  throw new Ec2Error('IncorrectInstanceState', `The instance '${instance.id}' is not in the 'stopped' state; cannot modify ${attribute}.`);
}

function readShutdownBehavior(value: string | undefined): 'stop' | 'terminate' {
  if (value !== 'stop' && value !== 'terminate') throw invalidValue(`Invalid value '${value}' for instanceInitiatedShutdownBehavior.`);
  return value;
}
