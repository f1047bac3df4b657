import { describe, expect, it } from 'vitest';
import type { TimelineEntry } from '../../../core/incidents/incident.ts';
import { addToTimeline, signalEntry, withCoincidences } from '../../../core/incidents/timeline.ts';
import { alarm, anomalyEnd } from './grouping/signals.ts';

const entry = (at: number, kind: TimelineEntry['kind'], key = 'k', text = 'text'): TimelineEntry => ({
  ...{ at, kind, key, text },
});
const many = (count: number, kind: TimelineEntry['kind']) =>
  Array.from({ length: count }, (_, i) => entry(i, kind, `k${i}`));

describe('a timeline', () => {
  it('is in order of time, then of kind and key', () => {
    const entries = [
      entry(2, 'note'),
      entry(1, 'opened', 'b'),
      entry(1, 'opened', 'a'),
      entry(1, 'change', 'z'),
    ];
    const expected = ['change z', 'opened a', 'opened b', 'note k'];
    expect(addToTimeline([], entries).map(({ kind, key }) => `${kind} ${key}`)).toEqual(expected);
    expect(
      addToTimeline(addToTimeline([], entries.slice(2)), entries.slice(0, 2)).map(
        ({ kind, key }) => `${kind} ${key}`,
      ),
    ).toEqual(expected);
  });

  it('keeps the first of entries with the same kind, key and time', () => {
    const timeline = addToTimeline([], [entry(1, 'note', 'k', 'first')]);
    expect(addToTimeline(timeline, [entry(1, 'note', 'k', 'second')])).toBe(timeline);
    expect(addToTimeline(timeline, [entry(2, 'note', 'k', 'later')])).toHaveLength(2);
    expect(addToTimeline(timeline, [entry(1, 'change', 'k', 'other kind')])).toHaveLength(2);
    expect(addToTimeline(timeline, [entry(1, 'note', 'l', 'other key')])).toHaveLength(2);
  });

  it('is unchanged if nothing is added', () => {
    const timeline = [entry(1, 'note')];
    expect(addToTimeline(timeline, [])).toBe(timeline);
  });

  it.each(['joined', 'cleared'] as const)('lists %s signals until it has 200 entries', (kind) => {
    const timeline = addToTimeline([], many(300, kind));
    expect(timeline).toHaveLength(200);
    expect(addToTimeline(timeline, [entry(999, kind, 'new')])).toBe(timeline);
    expect(addToTimeline(timeline, [entry(999, 'status', 'new')])).toHaveLength(201);
  });

  it('lists other entries until it has 400', () => {
    const timeline = addToTimeline([], many(500, 'change'));
    expect(timeline).toHaveLength(400);
    expect(addToTimeline(timeline, [entry(999, 'status', 'new')])).toBe(timeline);
  });

  it('describes signals under their key', () => {
    expect(signalEntry('opened', alarm('web', 5))).toEqual({
      at: 5,
      kind: 'opened',
      key: '["t1","web","alarm","web-errors"]',
      text: 'alarm web-errors of web is ALARM',
    });
    expect(signalEntry('cleared', anomalyEnd('web', 6))).toMatchObject({
      key: '["t1","web","anomaly","cpu"]',
      text: 'cpu of web is back to normal',
    });
  });
});

describe('coincidences in a timeline', () => {
  const found = (subject: string, targets: number, at = 100) => ({ subject, targets, at });

  it('are one entry each, at their start', () => {
    const timeline = withCoincidences([], [found('metric cpu', 7), found('alarm #', 5, 50)], 300);
    expect(timeline.map(({ at, kind, text }) => [at, kind, text])).toEqual([
      [50, 'coincided', '5 targets with the same alarm # within 5 min: treated as one cause'],
      [100, 'coincided', '7 targets with the same metric cpu within 5 min: treated as one cause'],
    ]);
  });

  it('replace those known before and leave other entries alone', () => {
    const before = withCoincidences([entry(1, 'opened')], [found('metric cpu', 5)], 300);
    const after = withCoincidences(before, [found('metric cpu', 9)], 300);
    expect(after.map(({ kind }) => kind)).toEqual(['opened', 'coincided']);
    expect(after[1]!.text).toMatch(/^9 targets/);
  });
});
