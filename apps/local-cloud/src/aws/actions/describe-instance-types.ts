import type { DescribeInstanceTypesCommandInput, DescribeInstanceTypesCommandOutput } from '@aws-sdk/client-ec2';
import type { Answer } from './action.js';
import { ATTACHMENTS_MAX, findInstanceType, INSTANCE_TYPES } from '../instance-types.js';
import { MACHINE_IMAGE } from '../machine-image.js';
import { matchFilters } from '../state/match-filters.js';
import { paginate } from '../state/paginate.js';
import { Ec2Error } from '../wire/ec2-error.js';

export function describeInstanceTypes(input: DescribeInstanceTypesCommandInput): Answer<DescribeInstanceTypesCommandOutput> {
  const names: string[] = input.InstanceTypes ?? [];
  const unknown = names.filter((name) => !findInstanceType(name));
  if (unknown.length > 0)
    throw new Ec2Error('InvalidInstanceType', `The following supplied instance types do not exist: [${unknown.join(', ')}]`);
  const asked = INSTANCE_TYPES.filter((type) => names.length === 0 || names.includes(type.name));
  const matching = matchFilters(asked, input.Filters, { 'instance-type': (type) => type.name }, () => ({}));
  const { page, ...token } = paginate(matching, input, names, (type) => type.name);
  return {
    InstanceTypes: page.map((type) => ({
      InstanceType: type.name as NonNullable<DescribeInstanceTypesCommandInput['InstanceTypes']>[number],
      CurrentGeneration: true,
      BareMetal: false,
      Hypervisor: 'nitro',
      BurstablePerformanceSupported: true,
      VCpuInfo: { DefaultVCpus: type.cores, DefaultCores: 1, DefaultThreadsPerCore: 2 },
      MemoryInfo: { SizeInMiB: type.memoryMiB },
      ProcessorInfo: { SupportedArchitectures: [MACHINE_IMAGE.architecture] },
      EbsInfo: {
        EbsOptimizedSupport: 'default',
        EncryptionSupport: 'supported',
        NvmeSupport: 'required',
        MaximumEbsAttachments: ATTACHMENTS_MAX,
      },
      SupportedRootDeviceTypes: ['ebs'],
      SupportedVirtualizationTypes: ['hvm'],
    })),
    ...token,
  };
}
