import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  paginateDescribeSecurityGroups,
  type EC2Client,
  type IpPermission,
  type SecurityGroup as Ec2SecurityGroup,
} from '@aws-sdk/client-ec2';
import { AppError } from '@dockhero/domain/errors';
import { SecurityGroups, type SecurityGroup } from '@dockhero/domain/ports/security-groups';
import { awsCode, orAppError } from './aws-errors.js';
import { clusterFirewall } from './cluster-firewall.js';
import { ownedBy, resourceIdOf, tagSpecifications, tagsFor } from './tags.js';

export interface GroupSettings {
  readonly environment: string;
  readonly vpcId: string;
}

export class Ec2SecurityGroups extends SecurityGroups {
  constructor(
    private readonly ec2: EC2Client,
    private readonly settings: GroupSettings,
  ) {
    super();
  }

  override async ensure(resourceId: string): Promise<SecurityGroup> {
    return await orAppError('security group', async () => {
      const existing = await this.#find(resourceId);
      const id = existing?.GroupId ?? (await this.#create(resourceId));
      await this.#authorizeMissing(id, existing?.IpPermissions ?? []);
      return { id, resourceId };
    });
  }

  override async remove(resourceId: string): Promise<boolean> {
    return await orAppError('DeleteSecurityGroup', async () => {
      const group = await this.#find(resourceId);
      if (!group) return true;
      try {
        await this.ec2.send(new DeleteSecurityGroupCommand({ GroupId: group.GroupId }));
        return true;
      } catch (error) {
        if (awsCode(error) === 'InvalidGroup.NotFound') return true;
        if (['DependencyViolation', 'InvalidGroup.InUse'].includes(awsCode(error))) return false;
        throw error;
      }
    });
  }

  override async listAll(): Promise<SecurityGroup[]> {
    return await orAppError('DescribeSecurityGroups', async () => {
      const found: SecurityGroup[] = [];
      const pages = paginateDescribeSecurityGroups({ client: this.ec2, pageSize: 500 }, { Filters: ownedBy(this.settings.environment) });
      for await (const { SecurityGroups: groups = [] } of pages) {
        found.push(...groups.map((group) => ({ id: group.GroupId ?? '', resourceId: resourceIdOf(group.Tags) })));
      }
      return found;
    });
  }

  /** The name is the idempotency token: EC2 keeps it unique within a VPC, and looks it up without tag lag. */
  #name(resourceId: string): string {
    return `dockhero-${this.settings.environment}-${resourceId}`;
  }

  async #find(resourceId: string): Promise<Ec2SecurityGroup | null> {
    const { SecurityGroups: [group] = [] } = await this.ec2.send(
      new DescribeSecurityGroupsCommand({
        Filters: [
          { Name: 'group-name', Values: [this.#name(resourceId)] },
          { Name: 'vpc-id', Values: [this.settings.vpcId] },
        ],
      }),
    );
    return group ?? null;
  }

  async #create(resourceId: string): Promise<string> {
    const { environment, vpcId } = this.settings;
    const name = this.#name(resourceId);
    try {
      const { GroupId } = await this.ec2.send(
        new CreateSecurityGroupCommand({
          GroupName: name,
          Description: 'Dockhero cluster',
          VpcId: vpcId,
          TagSpecifications: tagSpecifications(['security-group'], tagsFor({ environment, resourceId }, name)),
        }),
      );
      if (GroupId) return GroupId;
    } catch (error) {
      // An earlier call whose answer was lost, not yet visible a moment ago.
      if (awsCode(error) !== 'InvalidGroup.Duplicate') throw error;
      const group = await this.#find(resourceId);
      if (group?.GroupId) return group.GroupId;
    }
    throw new AppError('aws_lagging', { action: 'CreateSecurityGroup', reason: 'created but not visible yet' });
  }

  /** One rule a call: EC2 refuses a whole list of rules when it knows one of them already. */
  async #authorizeMissing(groupId: string, present: readonly IpPermission[]): Promise<void> {
    const known = new Set(present.map(ruleKey));
    for (const rule of clusterFirewall(groupId).filter((candidate) => !known.has(ruleKey(candidate)))) {
      try {
        await this.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions: [rule] }));
      } catch (error) {
        if (awsCode(error) !== 'InvalidPermission.Duplicate') throw error;
      }
    }
  }
}

function ruleKey({ IpProtocol, FromPort, ToPort }: IpPermission): string {
  return IpProtocol === '-1' ? '-1' : `${IpProtocol}/${FromPort}-${ToPort}`;
}
