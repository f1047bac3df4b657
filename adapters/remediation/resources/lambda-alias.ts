import {
  GetAliasCommand,
  LambdaClient,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { VersionState } from '../../../core/remediation/catalogue/versions.ts';
import type { Owner, ResourceCall } from '../../../core/remediation/ports.ts';
import { guarded } from '../../aws/service-breakers.ts';
import { type ActionSession, sessionClient } from './action-session.ts';
import { type Executor, type Place, type Step, step } from './executor.ts';
import { partsOf } from './names.ts';
import { ownerOf } from './ownership.ts';

export const lambdaOf = sessionClient((settings) => guarded(new LambdaClient(settings)));

/** Aliases have no tags: those of their function count, as they do for IAM. */
export const functionOwner = async (
  { region, account }: Place,
  name: string,
  session: ActionSession,
): Promise<Partial<Owner>> => {
  const list = new ListTagsCommand({ Resource: `arn:aws:lambda:${region}:${account}:function:${name}` });
  const { Tags = {} } = await lambdaOf(session).send(list);
  return ownerOf(Tags);
};

/** Share of an alias' traffic by version; versions with none are kept if the alias names them. */
interface AliasTraffic {
  readonly version: string;
  readonly others: Readonly<Record<string, number>>;
}

const trafficOf = async (resource: string, session: ActionSession): Promise<AliasTraffic> => {
  const [FunctionName, Name] = partsOf(resource);
  const alias = await lambdaOf(session).send(new GetAliasCommand({ FunctionName, Name }));
  return {
    version: alias.FunctionVersion ?? '',
    others: alias.RoutingConfig?.AdditionalVersionWeights ?? {},
  };
};

const update = ({ resource }: ResourceCall, { version, others }: AliasTraffic): Step => {
  const [FunctionName, Name] = partsOf(resource);
  const RoutingConfig = { AdditionalVersionWeights: { ...others } };
  const input = { FunctionName, Name, FunctionVersion: version, RoutingConfig };
  return step('lambda', 'UpdateAlias', input, (session, sent) =>
    lambdaOf(session).send(new UpdateAliasCommand(sent)),
  );
};

/** The published versions, newest first: as many as one page has after the newest were reached. */
const publishedVersions = async (FunctionName: string, session: ActionSession): Promise<string[]> => {
  const versions: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await lambdaOf(session).send(
      new ListVersionsByFunctionCommand({ FunctionName, ...(Marker === undefined ? {} : { Marker }) }),
    );
    versions.push(...(page.Versions ?? []).flatMap(({ Version }) => Version ?? []));
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return versions.filter((version) => version !== '$LATEST').reverse();
};

/** Old versions beyond these are no candidates of a rollback. */
const MAX_VERSIONS = 100;

export const aliasVersion = (place: Place): Executor => ({
  read: async ({ resource }, session) => {
    const [name] = partsOf(resource);
    const owner = await functionOwner(place, name, session);
    const { version, others } = await trafficOf(resource, session);
    const available = (await publishedVersions(name, session)).slice(0, MAX_VERSIONS);
    const isBusy = Object.values(others).some((share) => share > 0);
    return { owner, state: { version, available, units: 1, isBusy } };
  },
  steps: (call, { to }) => [update(call, { version: VersionState.parse(to).version, others: {} })],
  isBegun: (_, { to }, present) => {
    const { version, isBusy } = VersionState.parse(present);
    return version === VersionState.parse(to).version && !isBusy;
  },
});

const Weights = z.object({ weights: z.record(z.string(), z.number()) });

/** The version with the largest share is that of the alias; the newer one if they share equally. */
const trafficOfWeights = (state: unknown): AliasTraffic => {
  const shares = Object.entries(Weights.parse(state).weights).sort(
    ([a, x], [b, y]) => y - x || Number(b) - Number(a),
  );
  const [[version] = ['']] = shares;
  const others = Object.fromEntries(shares.slice(1).map(([name, percent]) => [name, percent / 100]));
  return { version, others };
};

const percent = (share: number): number => Number((share * 100).toFixed(2));

export const aliasTraffic = (place: Place): Executor => ({
  read: async ({ resource }, session) => {
    const [name] = partsOf(resource);
    const owner = await functionOwner(place, name, session);
    const { version, others } = await trafficOf(resource, session);
    const taken = Object.values(others).reduce((sum, share) => sum + share, 0);
    const rest = Object.entries(others).map(([other, share]) => [other, percent(share)] as const);
    return { owner, state: { weights: Object.fromEntries([[version, percent(1 - taken)], ...rest]) } };
  },
  steps: (call, { to }) => [update(call, trafficOfWeights(to))],
  isBegun: ({ action }, change, present) => action.isDone(change, present),
});
