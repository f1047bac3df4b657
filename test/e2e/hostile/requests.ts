/**
 * Requests that no client of ours would send, from every kind that once was answered wrongly, and from kinds that were
 * not. None may fail (5xx), and none may be answered at length.
 */
import { bodies, floods } from './commands.ts';
import { ingest, worst } from './payloads.ts';
import { plans } from './plans.ts';
import { addresses, cursors, keys, limits, metrics, parameters, paths } from './queries.ts';
import type { HostileRequest } from './request.ts';
import { times, traceTimes } from './times.ts';

/** Every hostile request of `tenant`, who has one target with the metric `cpu`. */
export const hostileRequests = (
  tenant: string,
  target: string,
): Readonly<Record<string, readonly HostileRequest[]>> => ({
  times: times(target),
  'times of traces': traceTimes(),
  limits: limits(),
  parameters: parameters(),
  cursors: cursors(tenant),
  paths: paths(),
  metrics: metrics(target),
  addresses: addresses(),
  'bodies of commands': bodies(),
  floods: floods(target),
  plans: plans(),
  'bodies that cost most': worst(),
  'points and payloads': ingest(),
  keys: keys(),
});
