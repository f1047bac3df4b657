import * as z from 'zod';

const [DEFAULT_HOURS, MAX_HOURS] = [24, 720];

/** Hours for which a replaced credential stays valid beside its successor, so that every sender can change over. */
export const overlapHours = (description: string) =>
  z.number().min(0).max(MAX_HOURS).default(DEFAULT_HOURS).describe(description);
