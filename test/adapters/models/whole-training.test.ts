/** The functions of a training over the adapters of AWS and the trainer of fleet trees: from stored points to a signed candidate. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeAll, describe, expect, it } from 'vitest';
import { s3ArtefactFiles } from '../../../adapters/models/artefact-files.ts';
import { ringSigner } from '../../../adapters/models/artefact-signer.ts';
import { dynamoModelStore } from '../../../adapters/models/registry-store.ts';
import { s3Snapshots } from '../../../adapters/models/snapshot-files.ts';
import { s3TrustedKeys } from '../../../adapters/models/trusted-keys.ts';
import { waitingTrainings } from '../../../adapters/models/waiting-trainings.ts';
import { decodeFleetTrees } from '../../../core/forecasts/engine/fleet/fleet-trees.ts';
import type { Trainer } from '../../../core/models/ports.ts';
import { cardMarkdown } from '../../../core/models/registry/card-markdown.ts';
import { loadModel } from '../../../core/models/registry/load-model.ts';
import { modelCard } from '../../../core/models/registry/model-card.ts';
import { answerApproval } from '../../../core/models/training/approve-version.ts';
import { candidateGate } from '../../../core/models/training/candidate-gate.ts';
import { storedFleet } from '../../../core/models/training/fleet-series.ts';
import { FLEET_TREES_CODE, fleetTreesTrainer } from '../../../core/models/training/fleet-trees-trainer.ts';
import { requestTraining } from '../../../core/models/training/request-training.ts';
import { GATE_SETTINGS } from '../../../core/models/validation/gate-settings.ts';
import { formatKey } from '../../../core/platform/secrets/key-ring.ts';
import { NO_SETTINGS } from '../../../core/platform/settings/settings.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';
import { makeHandler as prepare } from '../../../functions/models/prepare-training/handler.ts';
import { makeHandler as register } from '../../../functions/models/register-model/handler.ts';
import { makeHandler as train } from '../../../functions/models/train-model/handler.ts';
import { memoryDynamo } from '../../fakes/dynamodb/memory-dynamo.ts';
import { memoryBlocks, memoryRegistry, watched } from '../../fakes/metrics.ts';
import { memoryWorkflow } from '../../fakes/models.ts';
import { memoryBucket } from '../../fakes/s3/memory-bucket.ts';
import { memorySecret } from '../../fakes/secrets.ts';
import { memoryEvents, recordedTelemetry } from '../../fakes/shared.ts';
import { ADA, NOW, SCOPE, trigger } from '../../unit/models/samples.ts';
import { definitionOf } from '../../workflows/definition.ts';
import { execute } from '../../workflows/interpreter.ts';

const DAY = 86_400;
const POLICY = {
  ...{
    historySeconds: 7 * DAY,
    holdOutSeconds: 2 * DAY,
    folds: 1,
    scoreSeconds: DAY,
    minTrainSeconds: 3 * DAY,
  },
  search: { rounds: [4, 12], windows: [15], minRowsPerLeaf: [10] },
};
/** Whether the model is better is not the question here: four servers could not show it. So the champion loses more. */
const LENIENT = {
  ...{ ...GATE_SETTINGS, minSeries: 2, minBreaches: 0, breachMargin: 1 },
  ...{ maxCoverageError: 1, maxSegmentCoverageError: 1 },
};
const againstWeakChampion = (trainer: Trainer): Trainer => ({
  ...trainer,
  score: async (files, series, stretch) => {
    const scored = await trainer.score(files, series, stretch);
    if (files !== undefined) return scored;
    return { ...scored, results: scored.results.map((each) => ({ ...each, loss: 3 * each.loss })) };
  },
});
const STEP = 900;

/** A small fleet, as its points are stored. */
const fleet = () => {
  const options = { days: 8, stepSeconds: STEP, endAt: NOW, incidents: 0, seed: 5, servers: 4 };
  const servers = [...simulateFleet(options)];
  const pointsOf = (start: number, values: Float64Array) =>
    [...values].map((value, i) => [Math.round(start + i * STEP), value] as const);
  return {
    registry: memoryRegistry(servers.map(({ server }) => watched(server.id, { profile: server.profile }))),
    blocks: memoryBlocks(
      Object.fromEntries(
        servers.map(({ server, start, metrics }) => [
          `acme ${server.id}`,
          { cpu_percent: pointsOf(start, metrics.cpu_percent) },
        ]),
      ),
    ),
    settings: { get: async () => NO_SETTINGS },
  };
};

const deployed = () => {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
  memoryDynamo(dynamo);
  const s3 = new S3Client({ region: 'us-east-1' });
  const { objects } = memoryBucket(s3);
  const sfn = new SFNClient({ region: 'us-east-1' });
  const answers = mockClient(sfn).on(SendTaskSuccessCommand).resolves({});
  const { telemetry } = recordedTelemetry();
  const { events, published } = memoryEvents();
  const bucket = { client: s3, bucketName: 'models' };
  const secret = memorySecret(formatKey(new Uint8Array(48).fill(3), 0));
  const rings = { read: async () => secret.ring(), readAgain: async () => secret.ring() };
  const keys = s3TrustedKeys(bucket);
  let clock = 0;
  const common = {
    ...{
      store: dynamoModelStore({ client: dynamo, tableName: 'models', telemetry }),
      events,
      keys,
      telemetry,
    },
    ...{ files: s3ArtefactFiles(bucket), snapshots: s3Snapshots(bucket, storedFleet(fleet())) },
    ...{
      trainer: againstWeakChampion(fleetTreesTrainer(() => ++clock / 1000)),
      now: () => NOW * 1000,
      needsApproval: true,
    },
    ...{ signer: ringSigner({ rings, keys }), waiting: waitingTrainings(sfn), workflow: memoryWorkflow() },
  };
  const deps = { ...common, gate: candidateGate({ ...common, settings: LENIENT }) };
  const texts = { description: 'Trees for short histories.', limits: ['Not above two days.'], tags: {} };
  return {
    ...{ deps, published, objects, keys, answers },
    tasks: {
      PrepareTrainingFunctionArn: prepare({ ...deps, policy: POLICY }),
      TrainModelFunctionArn: train(deps),
      RegisterModelFunctionArn: register({ ...deps, texts }),
    },
  };
};

describe('a training of fleet trees', () => {
  const world = deployed();
  const { deps, keys, objects } = world;
  const request = { cooldownSeconds: 0, maxRunSeconds: 9 * DAY, codeHash: FLEET_TREES_CODE };
  const approve = () =>
    answerApproval(
      deps,
      { ...SCOPE, version: '0.1.0', answer: 'approved', by: ADA, reason: 'read its card' },
      NOW,
    );
  let key = { ...SCOPE, runId: '' };
  const run = () => execute(definitionOf('retrain'), key, world.tasks, () => approve().then(() => ({})));
  let done: Awaited<ReturnType<typeof run>>;

  beforeAll(async () => {
    const { runId } = await requestTraining(deps, SCOPE, trigger({ reason: 'manual' }), request, NOW);
    key = { ...SCOPE, runId: runId ?? '' };
    done = await run();
  }, 120_000);

  it('ends with a candidate that a person approved', async () => {
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { status: 'registered', version: '0.1.0' } });
    expect(world.answers.commandCalls(SendTaskSuccessCommand)).toHaveLength(1);
    const { item: lineUp } = await deps.store.lineUp(SCOPE);
    expect(lineUp).toMatchObject({
      champion: '0.0.0',
      members: [{ version: '0.1.0', approval: { by: ADA } }],
    });
  });

  it('whose files are loaded, verified with the public key of the tenant', async () => {
    const trusted = await keys.all('acme');
    const { files, model } = await loadModel({ ...deps, trusted }, SCOPE, '0.1.0');
    const trees = decodeFleetTrees(files.get('trees.bin') ?? new Uint8Array());
    expect(trees).toMatchObject({ seed: model.lineage.seed, stepSeconds: { min: STEP, max: STEP } });
    expect(model.lineage).toMatchObject({ codeHash: FLEET_TREES_CODE, trainingRunId: key.runId });
    const [file = ''] = [...objects.keys()].filter((name) => name.endsWith('trees.bin'));
    const original = objects.get(file)!;
    objects.set(file, original.toReversed());
    await expect(loadModel({ ...deps, trusted }, SCOPE, '0.1.0')).rejects.toThrow(
      'is not the one that was signed',
    );
    objects.set(file, original);
    await expect(loadModel({ ...deps, trusted: [] }, SCOPE, '0.1.0')).rejects.toThrow('not trusted');
  });

  it('with a card that says what it came from', async () => {
    const [version, lineUp] = [await deps.store.version(SCOPE, '0.1.0'), await deps.store.lineUp(SCOPE)];
    const card = modelCard(version!.item, lineUp.item, undefined);
    expect(card).toMatchObject({
      ...{ stage: 'candidate', metrics: { series: 4 }, approval: { by: 'ada' } },
      lineage: { trainedAgainst: '0.0.0', parameters: { windows: 15 } },
    });
    expect(Object.keys(card.metrics)).toEqual(expect.arrayContaining(['gate.gain', 'gate.coverage']));
    expect(cardMarkdown(card)).toContain('# Model fleet\\-trees 0\\.1\\.0');
    expect(objects.has(`snapshots/acme/fleet-trees/manifests/${card.lineage.dataManifestHash}.json`)).toBe(
      true,
    );
  });

  it('and with nothing more, if its execution is redriven or its data asked for again', async () => {
    const before = new Map(objects);
    await run();
    const again = await requestTraining(deps, SCOPE, trigger({ cause: 'drift-2' }), request, NOW);
    key = { ...SCOPE, runId: again.runId ?? '' };
    const unchanged = await run();
    expect(unchanged.output).toMatchObject({ status: 'unchanged' });
    expect(new Map(objects)).toEqual(before);
    const registered = world.published.filter(({ name }) => name === 'ModelRegistered');
    expect(new Set(registered.map(({ detail }) => detail.id)).size).toBe(1);
    expect((await deps.store.list(SCOPE, { limit: 5 })).items).toHaveLength(1);
  });
});
