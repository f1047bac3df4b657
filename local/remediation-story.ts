/** `npm start -- --remediate`: one remediation, from a prediction to a verified action, that waits for your approval. */
import { setTimeout as wait } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { RemediationAnswer } from '../cli/api-client/remediation-answers.ts';
import { RemediationClient } from '../cli/api-client/remediation-client.ts';
import { answerRemediation } from '../cli/commands/remediation/answer.ts';
import { describeRemediation } from '../cli/commands/remediation/remediations-text.ts';
import { formatPercent } from '../cli/terminal/format.ts';
import type { Terminal } from '../cli/terminal/terminal.ts';
import { printLines } from '../cli/terminal/writer.ts';
import { DependencyUnavailableError, InvalidInputError } from '../core/shared/errors.ts';
import { forecastFleet } from './forecast-fleet.ts';
import { waitUntilDrained } from './queue-drain.ts';
import { countServers } from './server-group.ts';
import { LOCAL_TENANT, type Session } from './session.ts';
import { signInPerson } from './sign-in-person.ts';
import type { StageTimes } from './stage-times.ts';
import { createService, ENVIRONMENT, GROUP, keepSending, sendHistory, TARGET } from './story-service.ts';

const RESOURCE = `auto-scaling-group:${GROUP}`;
const POLL_MILLISECONDS = 1000;
const WAIT_MILLISECONDS = 12 * 60_000;

/** People approve each plan, and the group may grow to eight servers. */
const POLICY = {
  environments: { [ENVIRONMENT]: { stage: 'approve', maxUnitsPerRun: 3 } },
  resources: [
    {
      ...{ resource: RESOURCE, environment: ENVIRONMENT, targets: [TARGET] },
      actions: [{ action: 'scale-out-group', parameters: { max: 8 } }],
    },
  ],
};

export interface StoryOptions {
  readonly session: Pick<Session, 'client' | 'url' | 'outputs'>;
  readonly stages: StageTimes;
  readonly terminal: Terminal;
}

/** Adds to the policy of the tenant; what it allows besides stays. */
const allow = async (client: RemediationClient): Promise<void> => {
  const { version, policy } = await client.policy();
  const { environments, resources, ...rest } = policy ?? { environments: {}, resources: [] };
  await client.replacePolicy(version, {
    ...rest,
    environments: { ...environments, ...POLICY.environments },
    resources: [...resources.filter(({ resource }) => resource !== RESOURCE), ...POLICY.resources],
  });
};

/** @throws DependencyUnavailableError if nothing meets the condition in time */
const until = async (
  client: RemediationClient,
  wanted: string,
  isIt: (remediation: RemediationAnswer) => boolean,
): Promise<RemediationAnswer> => {
  const deadline = Date.now() + WAIT_MILLISECONDS;
  let last = 'there is no remediation';
  while (Date.now() < deadline) {
    for await (const { id, resource } of client.remediations({ target: TARGET, most: 10 })) {
      if (resource !== RESOURCE) continue;
      const found = await client.remediation(id);
      if (isIt(found)) return found;
      last = `${id} is ${found.status}: ${found.explanation}`;
    }
    await wait(POLL_MILLISECONDS);
  }
  throw new DependencyUnavailableError(`the remediation is not ${wanted}: ${last}`);
};

/** After the action, or at an end without one. */
const isCarriedOut = ({ status }: RemediationAnswer): boolean =>
  !['waiting', 'choosing', 'awaiting-approval', 'acting'].includes(status);

const approve = async (
  { session, terminal }: StoryOptions,
  token: string,
  asked: RemediationAnswer,
): Promise<boolean> => {
  const env = { ...terminal.env, FORESTALL_URL: session.url, FORESTALL_API_KEY: token };
  try {
    await answerRemediation('approve', asked.id, { reason: 'npm start' }, { ...terminal, env });
    return true;
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    printLines(terminal.stdout, `\n${error.message}\n`);
    return false;
  }
};

const ended = ({ verification }: RemediationAnswer): boolean => verification !== undefined;

const actAndVerify = async (
  { stages, terminal }: StoryOptions,
  client: RemediationClient,
  { id }: RemediationAnswer,
): Promise<void> => {
  const isSame = (each: RemediationAnswer): boolean => each.id === id;
  await stages.run('Act', async (say) => {
    const before = await countServers(GROUP);
    const { explanation } = await until(client, 'carried out', (each) => isSame(each) && isCarriedOut(each));
    say(`${explanation}: the group had ${before} servers and has ${await countServers(GROUP)}`);
  });
  const verified = await stages.run(
    'Compare what follows with the forecast (some minutes: one point each)',
    () => until(client, 'verified', (each) => isSame(each) && ended(each)),
  );
  const { environments } = await client.autonomy();
  const earned = environments.flatMap(({ actions }) => actions);
  printLines(
    terminal.stdout,
    [
      '',
      ...describeRemediation(verified),
      ...earned.map(
        ({ action, succeeded, failed, successRateAtLeast }) =>
          `${action}: ${succeeded} succeeded, ${failed} failed: its success rate is at least ${formatPercent(successRateAtLeast)}`,
      ),
      '',
    ].join('\n'),
  );
};

/** Shows one remediation. Ends early if the plan is not approved. */
export const remediationStory = async (options: StoryOptions): Promise<void> => {
  const { session, stages } = options;
  const token = await stages.run(
    'Create a group of five servers, a person who may approve, and a policy',
    async () => {
      await createService(LOCAL_TENANT);
      return (await signInPerson(session.outputs, 'you', [`${LOCAL_TENANT}.approver`])).AccessToken;
    },
  );
  const client = new RemediationClient({ url: session.url, apiKey: token });
  await allow(client);
  const now = Math.floor(Date.now() / 60_000) * 60;
  const sending = new AbortController();
  await stages.run('Send two hours in which their CPU rises', async (say) => {
    await sendHistory(session.client, now);
    await waitUntilDrained(new SQSClient(), say);
  });
  const sent = keepSending(session.client, now, sending.signal);
  const work = async (): Promise<void> => {
    await forecastFleet(session.client, stages);
    const asked = await stages.run('Wait for a plan', () =>
      until(client, 'planned', ({ approval }) => approval !== undefined),
    );
    if (await approve(options, token, asked)) await actAndVerify(options, client, asked);
  };
  try {
    // Sending only ends early by failing: without metrics there is nothing to wait for.
    await Promise.race([work(), sent]);
  } finally {
    sending.abort();
    await sent.catch(() => undefined);
  }
};
