import { DockerAnswers } from './docker-answers.js';
import { EnsureAddresses } from './ensure-addresses.js';
import { EnsureSecurityGroup } from './ensure-security-group.js';
import { ExchangeGrant } from './exchange-grant.js';
import { Forget } from './forget.js';
import { FormSwarm } from './form-swarm.js';
import { HostAgentAnswers } from './host-agent-answers.js';
import { IssueCertificateAuthority } from './issue-certificate-authority.js';
import { LaunchHosts } from './launch-hosts.js';
import { PublishConfigUrl } from './publish-config-url.js';
import { PublishConfigVars } from './publish-config-vars.js';
import { RecordAlertContacts } from './record-alert-contacts.js';
import { RecordLogInputs } from './record-log-inputs.js';
import { ReleaseAddresses } from './release-addresses.js';
import { RemoveSecurityGroup } from './remove-security-group.js';
import { RemoveVolumes } from './remove-volumes.js';
import { TellHerokuOfFailure } from './tell-heroku-of-failure.js';
import { TellHeroku } from './tell-heroku.js';
import { TerminateHosts } from './terminate-hosts.js';

/** The order of provisioning. The names that customers see are in the domain; a different order there stops the process at start. */
export const provisionStepClasses = [
  ExchangeGrant,
  PublishConfigUrl,
  RecordLogInputs,
  RecordAlertContacts,
  IssueCertificateAuthority,
  EnsureSecurityGroup,
  EnsureAddresses,
  LaunchHosts,
  DockerAnswers,
  FormSwarm,
  HostAgentAnswers,
  PublishConfigVars,
  TellHeroku,
] as const;

/** The order of removal. */
export const removeStepClasses = [
  TellHerokuOfFailure,
  TerminateHosts,
  RemoveVolumes,
  ReleaseAddresses,
  RemoveSecurityGroup,
  Forget,
] as const;
