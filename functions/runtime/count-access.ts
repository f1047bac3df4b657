import { ACCESS_COUNT } from '../../core/platform/abuse/access-count.ts';
import { type Access, AccessCounter } from '../../core/platform/abuse/access-counter.ts';
import type { Telemetry } from '../../core/shared/telemetry.ts';

/** Counts an answered request for the search for abuse. */
export type CountAccess = (access: Access) => void;

/** Counts the requests of this process, and logs the counts that are due. */
export const countAccess = (telemetry: Telemetry): CountAccess => {
  const counter = new AccessCounter();
  return (access) => {
    for (const count of counter.record(access)) telemetry.info(ACCESS_COUNT, count);
  };
};
