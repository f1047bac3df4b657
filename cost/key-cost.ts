import type { UsageLine } from '../core/platform/billing/cost-lines.ts';
import { HOURS_PER_MONTH } from '../core/platform/billing/units.ts';
import type { TemplateFacts } from './template-facts.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html */
const CACHED_MINUTES = 5;
/** A sender asks for a data key and its decryption, a receiver for the decryption. */
const REQUESTS_PER_QUEUE = 3;

/**
 * Requests to the customer key, if every function uses all of its tables and buckets all the time: an upper bound. Those
 * of logs and events are not documented.
 */
export const keyUsage = ({ keyUses }: TemplateFacts): UsageLine[] => {
  const component = 'Customer key, at most';
  if (keyUses.stores === 0) return [];
  const perMonth = (minutes: number) => (HOURS_PER_MONTH * 60) / minutes;
  return [
    {
      component,
      what: 'requests for tables and buckets',
      price: 'kmsRequest',
      units: keyUses.stores * perMonth(CACHED_MINUTES),
    },
    {
      component,
      what: 'requests for queues',
      price: 'kmsRequest',
      units: REQUESTS_PER_QUEUE * keyUses.queuesPerHour * HOURS_PER_MONTH,
    },
  ];
};
