import { describe, expect, it } from 'vitest';
import { forecast, forecastWithState } from '../../../../core/forecasts/engine/ensemble.ts';
import type { Forecast } from '../../../../core/forecasts/engine/forecast.ts';
import { clockMoves, utcOffset } from '../../../../core/shared/time-zone.ts';
import { noise } from './sample-series.ts';

const DAY = 288;
const secondsOf = (text: string): number => Date.parse(text) / 1000;

/** Load from 8 to 17 on each day of a zone. */
const loadAt = (zone: string, at: number): number => {
  const hour = ((at + utcOffset(zone, at)) % 86_400) / 3600;
  return hour >= 8 && hour < 17 ? 60 : 10;
};

const requestAt = (zone: string, end: number, { known = zone, days = 14, stepSeconds = 300 } = {}) => {
  const n = (days * 86_400) / stepSeconds;
  const start = end - n * stepSeconds;
  const values = Float64Array.from({ length: n }, (_, i) => loadAt(zone, start + i * stepSeconds) + noise(i));
  const horizon = 28_800 / stepSeconds;
  const moves = clockMoves(known, start, end + horizon * stepSeconds);
  return { history: { start, stepSeconds, values }, horizon, clockMoves: moves };
};

const errorOf = (zone: string, { start, stepSeconds, quantiles }: Forecast): number => {
  const middle = quantiles[4]!;
  return (
    middle.reduce((sum, value, h) => sum + Math.abs(value - loadAt(zone, start + h * stepSeconds)), 0) /
    middle.length
  );
};

/** Zones, the time of a move, and the UTC time two hours before the first morning after it. */
const MORNINGS = [
  ['Europe/Berlin', '2026-03-29T04:00:00Z'],
  ['Europe/Berlin', '2026-10-25T05:00:00Z'],
  ['America/New_York', '2026-11-01T11:00:00Z'],
  ['Australia/Sydney', '2026-10-03T19:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T19:00:00Z'],
] as const;

describe('a forecast in a known time zone', () => {
  it.each(MORNINGS)('is right on the first morning after the clocks of %s move (%s)', (zone, morning) => {
    const { clockMoves: moves, ...blind } = requestAt(zone, secondsOf(morning));
    expect(moves).toHaveLength(1);
    const [known, unknown] = [forecast({ ...blind, clockMoves: moves }), forecast(blind)];
    expect(errorOf(zone, known)).toBeLessThan(1.5);
    expect(errorOf(zone, known)).toBeLessThan(errorOf(zone, unknown) / 1.5);
    expect(known.reason).toContain(`local clocks move ${Math.abs(moves[0]!.forward) / 60} minutes`);
  });

  it('follows a move that is still ahead', () => {
    // New York's clocks go back at 06:00 UTC: the load would begin at 12:00 UTC, and begins at 13:00.
    const zone = 'America/New_York';
    const request = requestAt(zone, secondsOf('2026-11-01T05:30:00Z'));
    const made = forecast(request);
    expect(made.quantiles[0]).toHaveLength(96);
    expect(errorOf(zone, made)).toBeLessThan(1.5);
    const { clockMoves: _moves, ...blind } = request;
    expect(errorOf(zone, forecast(blind))).toBeGreaterThan(3);
  });

  it.each(['UTC', 'Asia/Kolkata', 'Europe/Berlin'])(
    'is the same, bit for bit, without a move (%s)',
    (zone) => {
      const { clockMoves: moves, ...blind } = requestAt(zone, secondsOf('2026-06-10T03:00:00Z'));
      expect(moves).toEqual([]);
      expect(forecast({ ...blind, clockMoves: moves })).toEqual(forecast(blind));
    },
  );

  it('is unchanged by moves outside the history and the horizon', () => {
    const { clockMoves: _moves, ...blind } = requestAt('UTC', secondsOf('2026-06-10T03:00:00Z'));
    const far = clockMoves(
      'Europe/Berlin',
      secondsOf('2026-01-01T00:00:00Z'),
      secondsOf('2026-12-31T00:00:00Z'),
    );
    expect(forecast({ ...blind, clockMoves: far })).toEqual(forecast(blind));
  });

  it('is unchanged for a series without a pattern of the day', () => {
    const {
      clockMoves: moves,
      history,
      horizon,
    } = requestAt('Europe/Berlin', secondsOf('2026-03-29T04:00:00Z'));
    const flat = { ...history, values: history.values.map((_, i) => 30 + noise(i)) };
    expect(forecast({ history: flat, horizon, clockMoves: moves })).toEqual(
      forecast({ history: flat, horizon }),
    );
  });

  it('does not move jobs that run by UTC for longer than two days', () => {
    const end = secondsOf('2026-03-31T06:00:00Z');
    const made = forecast(requestAt('UTC', end, { known: 'Europe/Berlin' }));
    expect(errorOf('UTC', made)).toBeLessThan(1.5);
    expect(made.reason).toContain('which the daily pattern follows with a probability of 0.');
  });

  it('keeps its quantiles in order while both clocks are possible', () => {
    for (const zone of ['Europe/Berlin', 'UTC']) {
      const { quantiles } = forecast(
        requestAt(zone, secondsOf('2026-03-29T04:00:00Z'), { known: 'Europe/Berlin' }),
      );
      for (let l = 1; l < quantiles.length; l++)
        for (let h = 0; h < 96; h++) expect(quantiles[l]![h]!).toBeGreaterThanOrEqual(quantiles[l - 1]![h]!);
    }
  });

  it('takes hourly steps, and ignores half an hour with them', () => {
    const berlin = requestAt('Europe/Berlin', secondsOf('2026-03-29T04:00:00Z'), { stepSeconds: 3600 });
    expect(errorOf('Europe/Berlin', forecast(berlin))).toBeLessThan(3);
    const { clockMoves: moves, ...blind } = requestAt(
      'Australia/Lord_Howe',
      secondsOf('2026-10-03T19:00:00Z'),
      { stepSeconds: 3600 },
    );
    expect(forecast({ ...blind, clockMoves: moves })).toEqual(forecast(blind));
  });

  it('resumes from a state that was learned before the move', () => {
    const zone = 'Europe/Berlin';
    const end = secondsOf('2026-03-29T04:00:00Z');
    const { state } = forecastWithState(requestAt(zone, end - 4 * 3600));
    const ahead = forecastWithState(requestAt(zone, end), state);
    expect(errorOf(zone, ahead.forecast)).toBeLessThan(2);
    const next = forecastWithState(requestAt(zone, end + 3600), ahead.state);
    expect(next.state).toBe(ahead.state);
    expect(errorOf(zone, next.forecast)).toBeLessThan(2);
  });

  it('carries a ramp through the move', () => {
    const {
      clockMoves: moves,
      history,
      horizon,
    } = requestAt('Europe/Berlin', secondsOf('2026-03-29T04:00:00Z'));
    const values = history.values.map((value, i) => value + Math.max(0, i - (14 * DAY - 60)) * 3);
    const made = forecast({ history: { ...history, values }, horizon, clockMoves: moves });
    expect(made.ramp?.continuation.centre).toHaveLength(horizon);
    expect(made.quantiles[4]!.at(-1)!).toBeGreaterThan(values.at(-1)!);
  });
});
