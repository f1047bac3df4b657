import { createHash } from 'node:crypto';
import {
  AppConfigClient,
  CreateHostedConfigurationVersionCommand,
  type DeploymentSummary,
  GetDeploymentCommand,
  GetHostedConfigurationVersionCommand,
  ListDeploymentsCommand,
  ListHostedConfigurationVersionsCommand,
  ListTagsForResourceCommand,
  StartDeploymentCommand,
} from '@aws-sdk/client-appconfig';
import * as z from 'zod';
import { NotManagedError } from '../../../core/remediation/errors.ts';
import type { ResourceCall } from '../../../core/remediation/ports.ts';
import { canonicalJson, Json } from '../../../core/shared/canonical-json.ts';
import { guarded } from '../../aws/service-breakers.ts';
import { type ActionSession, sessionClient } from './action-session.ts';
import { type Executor, type Place, type Step, step } from './executor.ts';
import { partsOf } from './names.ts';
import { commonOwner, ownerOf } from './ownership.ts';

const clientOf = sessionClient((settings) => guarded(new AppConfigClient(settings)));

/** Predefined: everything at once, and ten minutes in which an alarm of the environment rolls it back. */
const STRATEGY = 'AppConfig.AllAtOnce';
const IN_PROGRESS: readonly string[] = ['BAKING', 'VALIDATING', 'DEPLOYING', 'ROLLING_BACK'];
/** Newest deployments of the environment among which that of the profile is looked for. */
const MAX_DEPLOYMENTS = 20;

interface Profile {
  readonly ApplicationId: string;
  readonly EnvironmentId: string;
  readonly ConfigurationProfileId: string;
}

const profileOf = ({ resource }: Pick<ResourceCall, 'resource'>): Profile => {
  const [ApplicationId, EnvironmentId, ConfigurationProfileId] = partsOf(resource);
  return { ApplicationId, EnvironmentId, ConfigurationProfileId };
};

/** A deployment changes what all three stand for, so all three have the tags. */
const ownerOfProfile = async ({ region, account }: Place, profile: Profile, session: ActionSession) => {
  const application = `arn:aws:appconfig:${region}:${account}:application/${profile.ApplicationId}`;
  const arns = [
    application,
    `${application}/environment/${profile.EnvironmentId}`,
    `${application}/configurationprofile/${profile.ConfigurationProfileId}`,
  ];
  const tags = await Promise.all(
    arns.map((ResourceArn) => clientOf(session).send(new ListTagsForResourceCommand({ ResourceArn }))),
  );
  return commonOwner(tags.map(({ Tags = {} }) => ownerOf(Tags)));
};

const deploymentsOf = async (
  { ApplicationId, EnvironmentId }: Profile,
  session: ActionSession,
): Promise<readonly DeploymentSummary[]> => {
  const list = new ListDeploymentsCommand({ ApplicationId, EnvironmentId, MaxResults: MAX_DEPLOYMENTS });
  const { Items = [] } = await clientOf(session).send(list);
  return Items.toSorted((a, b) => (b.DeploymentNumber ?? 0) - (a.DeploymentNumber ?? 0));
};

/** The number of the version with the label, undefined before it was created. */
const numberOf = async (
  { ApplicationId, ConfigurationProfileId }: Profile,
  VersionLabel: string,
  session: ActionSession,
): Promise<number | undefined> => {
  const list = new ListHostedConfigurationVersionsCommand({
    ...{ ApplicationId, ConfigurationProfileId, VersionLabel },
  });
  const { Items = [] } = await clientOf(session).send(list);
  return Items.find((each) => each.VersionLabel === VersionLabel)?.VersionNumber;
};

/** A deployment names its version by the number or by the label, as it was started with. */
const versionNumber = async (profile: Profile, version: string, session: ActionSession): Promise<number> => {
  if (/^\d+$/.test(version)) return Number(version);
  const number = await numberOf(profile, version, session);
  if (number !== undefined) return number;
  throw new NotManagedError(`profile ${profile.ConfigurationProfileId} has no hosted version ${version}`);
};

/** The version that the newest complete deployment of the profile deployed. */
const deployedVersion = async (
  profile: Profile,
  deployments: readonly DeploymentSummary[],
  session: ActionSession,
): Promise<number> => {
  const { ApplicationId, EnvironmentId, ConfigurationProfileId } = profile;
  for (const { State, DeploymentNumber } of deployments) {
    if (State !== 'COMPLETE') continue;
    const get = new GetDeploymentCommand({ ApplicationId, EnvironmentId, DeploymentNumber });
    const deployment = await clientOf(session).send(get);
    if (deployment.ConfigurationProfileId === ConfigurationProfileId)
      return versionNumber(profile, deployment.ConfigurationVersion ?? '', session);
  }
  throw new NotManagedError(
    `profile ${ConfigurationProfileId} has no complete deployment among the last ${MAX_DEPLOYMENTS} of environment ${EnvironmentId}`,
  );
};

const Document = z.record(z.string(), Json);

const documentOf = async (profile: Profile, version: number, session: ActionSession) => {
  const { ApplicationId, ConfigurationProfileId } = profile;
  const get = new GetHostedConfigurationVersionCommand({
    ...{ ApplicationId, ConfigurationProfileId, VersionNumber: version },
  });
  const { Content = new Uint8Array() } = await clientOf(session).send(get);
  const content = new TextDecoder().decode(Content);
  try {
    return Document.parse(JSON.parse(content));
  } catch (cause) {
    throw new NotManagedError(
      `profile ${ConfigurationProfileId}, version ${version}: not a JSON object, so no field of it can be changed`,
      { cause },
    );
  }
};

const State = z.object({ document: Document });
const documentText = (state: Json): string => JSON.stringify(State.parse(state).document);

/** Labels a version of the profile: the same for each attempt at the same document. */
const labelOf = ({ remediationId }: ResourceCall, text: string): string =>
  `forestall-${createHash('sha256').update(`${remediationId} ${text}`).digest('hex').slice(0, 40)}`;

const createVersion = (call: ResourceCall, text: string): Step => {
  const { ApplicationId, ConfigurationProfileId } = profileOf(call);
  const input = {
    ...{ ApplicationId, ConfigurationProfileId, Content: text, ContentType: 'application/json' },
    ...{ VersionLabel: labelOf(call, text), Description: `Forestall remediation ${call.remediationId}` },
  };
  return step('appconfig', 'CreateHostedConfigurationVersion', input, (session, sent) =>
    clientOf(session).send(
      new CreateHostedConfigurationVersionCommand({
        ...sent,
        Content: new TextEncoder().encode(sent.Content),
      }),
    ),
  );
};

const startDeployment = (call: ResourceCall, text: string): Step => {
  const input = {
    ...profileOf(call),
    DeploymentStrategyId: STRATEGY,
    ConfigurationVersion: labelOf(call, text),
    Description: `Forestall remediation ${call.remediationId}`,
  };
  return step('appconfig', 'StartDeployment', input, (session, sent) =>
    clientOf(session).send(new StartDeploymentCommand(sent)),
  );
};

const isInProgress = ({ State: state }: DeploymentSummary): boolean =>
  state !== undefined && IN_PROGRESS.includes(state);

export const configurationDocument = (place: Place): Executor => ({
  read: async (call, session) => {
    const profile = profileOf(call);
    const owner = await ownerOfProfile(place, profile, session);
    const deployments = await deploymentsOf(profile, session);
    const version = await deployedVersion(profile, deployments, session);
    const document = await documentOf(profile, version, session);
    return { owner, state: { document, version, isBusy: deployments.some(isInProgress) } };
  },
  steps: (call, { to }) => {
    const text = documentText(to);
    return [createVersion(call, text), startDeployment(call, text)];
  },
  isBegun: (_, { to }, present) =>
    canonicalJson(State.parse(present).document) === canonicalJson(State.parse(to).document),
  remaining: async (call, { to }, session) => {
    const text = documentText(to);
    const label = labelOf(call, text);
    const number = await numberOf(profileOf(call), label, session);
    if (number === undefined) return [createVersion(call, text), startDeployment(call, text)];
    const deployments = await deploymentsOf(profileOf(call), session);
    // It may have ended since the state was read.
    const isStarted = deployments.some(
      (each) =>
        (isInProgress(each) || each.State === 'COMPLETE') &&
        [label, String(number)].includes(each.ConfigurationVersion ?? ''),
    );
    return isStarted ? [] : [startDeployment(call, text)];
  },
});
