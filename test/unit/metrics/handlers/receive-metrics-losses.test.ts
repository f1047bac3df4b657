import { describe, expect, it } from 'vitest';
import { IngestCounts } from '../../../../core/metrics/api/ingestion.ts';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { IngestionWorld } from '../../../fakes/metrics.ts';
import { NOW, NOW_SECONDS } from '../../../fixtures/ingestion/decoding.ts';
import { deliver } from '../../../fixtures/ingestion/queued.ts';
import { eventOf, receiveHandler } from '../../../harness/receive-handler.ts';

const METRICS = 1000;

/** Sends one point of each metric in a minute of the hour, and stores what was accepted. */
const minute = async (world: IngestionWorld, at: number) => {
  const timestamp = NOW_SECONDS + 60 * at;
  const series = Array.from({ length: METRICS }, (_, i) => ({
    ...{ target: 'dense', metric: `m${i}` },
    ...{ timestamps: [timestamp], values: [at] },
  }));
  const sent = eventOf({ body: { series }, requestId: `r${at}` });
  const answer = await receiveHandler(world, () => NOW + 60_000 * at)(sent);
  const pointer = world.queued.at(-1);
  const failed = await deliver(world, [{ messageId: `${at}`, body: JSON.stringify(pointer) }]);
  expect(failed).toEqual([]);
  return IngestCounts.parse(JSON.parse(answer.body));
};

describe('the answer to a target that exceeds the points of an hour', () => {
  it('says what of its earlier requests was not stored, at the latest two minutes later', async () => {
    const world = new IngestionWorld();
    const answers = [];
    for (let at = 0; at < 25; at++) answers.push(await minute(world, at));
    const first = world.logged.filter(({ message }) => message === 'Points quarantined');
    expect(first, 'the minutes 20 to 24 do not fit').toHaveLength(5);
    const told = answers.map(({ errors }) => errors.length > 0);
    expect(told.indexOf(true)).toBeLessThanOrEqual(22);
    expect(answers.at(-1)?.accepted).toBe(1000);
    const all = answers.flatMap(({ errors }) => errors);
    expect(all[0]).toEqual({
      field: 'target dense',
      code: 'points-parked',
      message: expect.stringMatching(
        /^of a request at 2026-11-21T10:2[0-2]:00.000Z: 1000 points were not stored: .*20000/,
      ),
    });
  });

  it('says nothing of losses that ended two hours ago', async () => {
    const world = new IngestionWorld();
    for (let at = 0; at < 21; at++) await minute(world, at);
    const later = await minute(world, 145);
    expect(later.errors).toEqual([]);
  });

  it('is 202 without them while the table of targets is unavailable', async () => {
    const world = new IngestionWorld();
    world.targets.readNotices = async () => {
      throw new DependencyUnavailableError('throttled');
    };
    expect(await minute(world, 0)).toMatchObject({ accepted: METRICS, errors: [] });
  });
});
