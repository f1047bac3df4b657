import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type EndedEpisode,
  Episode,
  MAX_EPISODE_SECONDS,
  UNUSUAL_SCORE,
  USUAL_POINTS,
} from '../../../../core/anomalies/engine/episode.ts';
import { ByteReader, ByteWriter } from '../../../../core/shared/byte-buffer.ts';
import { between } from '../../../fixtures/numbers.ts';

const STEP = 300;
const ALERT = { metric: 'cpu', timestamp: 3000 };

const opened = (): Episode => {
  const episode = new Episode();
  episode.begin(ALERT, 'quiet');
  return episode;
};

/** Processes points after the alert, one per step; returns the end and the number of points before it. */
const show = (episode: Episode, scores: readonly number[]) => {
  for (const [i, score] of scores.entries()) {
    const ended = episode.next(ALERT.timestamp + (i + 1) * STEP, score);
    if (ended !== undefined) return { ended, after: i + 1 };
  }
  return undefined;
};

const times = (count: number, score: number): number[] => Array.from({ length: count }, () => score);

describe('an episode', () => {
  it('is not open before an alert, regardless of the scores', () => {
    const episode = new Episode();
    expect(show(episode, times(50, 9))).toBeUndefined();
    expect([episode.isOpen, episode.leading]).toEqual([false, '']);
  });

  it('ends after twelve usual points in a row, with its last unusual point', () => {
    const episode = opened();
    expect([episode.isOpen, episode.leading]).toEqual([true, 'quiet']);
    const scores = [...times(11, 0), UNUSUAL_SCORE, ...times(12, UNUSUAL_SCORE - 0.01)];
    expect(show(episode, scores)).toEqual({
      ended: { alerts: [ALERT], endedAt: ALERT.timestamp + 12 * STEP },
      after: 24,
    });
    expect([episode.isOpen, episode.leading]).toEqual([false, '']);
    expect(show(episode, times(20, 0))).toBeUndefined();
  });

  it('ends at its start if there was a single unusual point', () => {
    expect(show(opened(), times(USUAL_POINTS, 0))?.ended.endedAt).toBe(ALERT.timestamp);
  });

  it('includes further alerts, which reset its count of usual points', () => {
    const episode = opened();
    show(episode, times(11, 0));
    const again = { metric: 'cpu', timestamp: ALERT.timestamp + 12 * STEP };
    expect(episode.begin(again, 'slow')).toBeUndefined();
    expect(episode.leading).toBe('slow');
    for (let i = 1; i < USUAL_POINTS; i++)
      expect(episode.next(again.timestamp + i * STEP, 0)).toBeUndefined();
    expect(episode.next(again.timestamp + USUAL_POINTS * STEP, 0)).toEqual({
      alerts: [ALERT, again],
      endedAt: again.timestamp,
    });
  });

  it('that lasts a day counts as usual', () => {
    const points = MAX_EPISODE_SECONDS / STEP;
    expect(show(opened(), times(400, 5))).toEqual({
      ended: { alerts: [ALERT], endedAt: ALERT.timestamp + (points - 1) * STEP },
      after: points,
    });
  });

  it('that is a day old is replaced by the one that a new alert begins', () => {
    const episode = opened();
    const late = { metric: 'cpu', timestamp: ALERT.timestamp + MAX_EPISODE_SECONDS };
    expect(episode.begin(late, 'slow')).toEqual({ alerts: [ALERT], endedAt: ALERT.timestamp });
    expect(episode.current.alerts).toEqual([late]);
  });

  it('ends every alert once, in order, for any sequence of scores and alerts, and continues after being saved', () => {
    const point = fc.record({ score: between(0, 4), alerts: fc.boolean() });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 700 }), fc.nat(700), (points, savedAt) => {
        let episode = new Episode();
        const raised: number[] = [];
        const ended: EndedEpisode[] = [];
        points.forEach(({ score, alerts }, i) => {
          if (i === savedAt) {
            const writer = new ByteWriter();
            episode.save(writer);
            episode = new Episode();
            episode.load(new ByteReader(writer.finish()));
          }
          const timestamp = i * STEP;
          const isAlert = alerts && score > 3;
          if (isAlert) raised.push(timestamp);
          const over = isAlert
            ? episode.begin({ metric: 'cpu', timestamp }, 'slow')
            : episode.next(timestamp, score);
          if (over !== undefined) ended.push(over);
        });
        const all = [...ended, episode.current].flatMap(({ alerts }) => alerts.map((one) => one.timestamp));
        expect(all).toEqual(raised);
        for (const { alerts, endedAt } of ended) {
          expect(endedAt).toBeGreaterThanOrEqual(alerts.at(-1)!.timestamp);
          expect(endedAt - alerts[0]!.timestamp).toBeLessThan(MAX_EPISODE_SECONDS);
        }
      }),
    );
  });
});
