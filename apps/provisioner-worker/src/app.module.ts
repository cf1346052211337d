import { openEbs } from '@dockhero/aws/ebs-client';
import { EbsSnapshotBlocks } from '@dockhero/aws/ebs-snapshot-blocks';
import { openEc2 } from '@dockhero/aws/ec2-client';
import { Ec2Addresses } from '@dockhero/aws/ec2-addresses';
import { Ec2Disks } from '@dockhero/aws/ec2-disks';
import { Ec2InstancePower } from '@dockhero/aws/ec2-instance-power';
import { Ec2Instances } from '@dockhero/aws/ec2-instances';
import { lookUpNetwork } from '@dockhero/aws/ec2-network';
import { Ec2SecurityGroups } from '@dockhero/aws/ec2-security-groups';
import { backupScheduleQueue } from '@dockhero/contracts/backup-schedule-queue';
import { resourcesQueue } from '@dockhero/contracts/resources-queue';
import { volumesQueue } from '@dockhero/contracts/volumes-queue';
import { Ec2Snapshots } from '@dockhero/aws/ec2-snapshots';
import { DockerodeEngine } from '@dockhero/docker/dockerode-engine';
import { HostAgentClient } from '@dockhero/docker/host-agent-client';
import { HostVolumesClient } from '@dockhero/docker/host-volumes-client';
import { OAuthIdentity } from '@dockhero/heroku/oauth-identity';
import { PlatformApi } from '@dockhero/heroku/platform-api';
import { ReconcilerModule, type Ports } from './reconciler.module.js';
import { openWorkerRedis } from '@dockhero/queue/connection';
import { BullModule } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Env } from './env.js';
import { workerClass } from './reconcile/worker-class.js';

/** Wiring only: the production adapters. In the local cloud they are the same, pointed elsewhere by URL. */
@Module({})
export class AppModule {
  static async with(env: Env, logger: Logger): Promise<DynamicModule> {
    const ec2 = openEc2({ region: env.AWS_REGION, endpoint: env.AWS_ENDPOINT });
    const network = await lookUpNetwork(ec2, { vpcId: env.VPC_ID, subnetIds: env.SUBNET_IDS, imageId: env.HOST_IMAGE_ID });
    logger.info({ network }, 'hosts are launched here');
    const ports: Ports = {
      instances: new Ec2Instances(ec2, { environment: env.ENVIRONMENT, ...network }),
      power: new Ec2InstancePower(ec2),
      addresses: new Ec2Addresses(ec2, env.ENVIRONMENT),
      groups: new Ec2SecurityGroups(ec2, { environment: env.ENVIRONMENT, vpcId: network.vpcId }),
      engine: new DockerodeEngine(),
      agents: new HostAgentClient(),
      disks: new Ec2Disks(ec2, env.ENVIRONMENT),
      snapshots: new Ec2Snapshots(ec2, env.ENVIRONMENT),
      blocks: new EbsSnapshotBlocks(openEbs({ region: env.AWS_REGION, endpoint: env.AWS_ENDPOINT })),
      volumes: new HostVolumesClient(),
      platform: new PlatformApi(env.HEROKU_API_URL),
      identity: new OAuthIdentity({ url: env.HEROKU_ID_URL, clientSecrets: env.OAUTH_CLIENT_SECRETS }),
    };
    BullModule.workerClass = workerClass({ concurrency: env.CONCURRENCY, lockMs: env.QUEUE_LOCK_MS });
    return {
      module: AppModule,
      imports: [
        BullModule.forRoot({ connection: openWorkerRedis(env.REDIS_URL) }),
        // Without a registered queue @nestjs/bullmq looks for no processors.
        BullModule.registerQueue({ name: resourcesQueue.name }, { name: volumesQueue.name }, { name: backupScheduleQueue.name }),
        ReconcilerModule.with(env, ports, network.subnetIds, logger),
      ],
    };
  }
}
