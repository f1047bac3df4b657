/** One example of each action for its documentation: parameters of a policy, and a state of the resource. */
import type { Json } from '../core/shared/canonical-json.ts';

export interface ActionExample {
  readonly parameters: Json;
  readonly state: Json;
}

const UNITS = { desired: 5, min: 2, max: 20, inService: 5 };
const RESTART = { generation: 'ecs-svc/4711', units: 3, isBusy: false };
const VERSION = { version: '42', available: ['41', '42'], units: 3, isBusy: false };
const DOCUMENT = {
  document: { checkout: { isBreakerOpen: false, timeoutMs: 2000, maxPerSecond: 100 }, cacheEpoch: 7 },
  version: 12,
  isBusy: false,
};
const RUN = { startedBy: null, status: 'none' };
const INSTANCES = ['i-0123456789abcdef0', 'i-0123456789abcdef1'];

const scaleOut: ActionExample = { parameters: { max: 10, usdPerUnitHour: 0.08 }, state: UNITS };
const scaleIn: ActionExample = { parameters: { min: 3 }, state: UNITS };
const restart: ActionExample = { parameters: {}, state: RESTART };
const restartOne: ActionExample = { parameters: {}, state: { ...RESTART, units: 1 } };
const rollBack: ActionExample = { parameters: {}, state: VERSION };

export const EXAMPLES: Readonly<Record<string, ActionExample>> = {
  'scale-out-group': scaleOut,
  'scale-in-group': scaleIn,
  'refresh-group': restart,
  'reboot-instance': restartOne,
  'start-instance': { parameters: { usdPerUnitHour: 0.08 }, state: { state: 'stopped' } },
  'restart-service': restart,
  'scale-out-service': scaleOut,
  'scale-in-service': scaleIn,
  'roll-back-service': rollBack,
  'scale-out-deployment': scaleOut,
  'scale-in-deployment': scaleIn,
  'restart-deployment': restart,
  'roll-back-deployment': rollBack,
  'recycle-pod': restartOne,
  'roll-back-alias': { parameters: {}, state: { ...VERSION, units: 1 } },
  'shift-alias-traffic': { parameters: { from: '42', to: '41' }, state: { weights: { '41': 90, '42': 10 } } },
  'limit-concurrency': { parameters: { min: 10 }, state: { reserved: null, peak: 80 } },
  'raise-concurrency': { parameters: { max: 150 }, state: { reserved: 50, peak: 50 } },
  'reboot-database': restartOne,
  'grow-storage': { parameters: { maxGib: 500 }, state: { gib: 100, isBusy: false } },
  'raise-storage-limit': { parameters: { maxGib: 500 }, state: { maxGib: 200, gib: 170, isBusy: false } },
  'shift-traffic': {
    parameters: { from: 'blue', to: 'green', share: 0.5 },
    state: { weights: { blue: 100, green: 0 }, healthy: { blue: 3, green: 3 } },
  },
  'invalidate-cache': { parameters: { paths: ['/assets/*'] }, state: { last: null, isBusy: false } },
  'enable-circuit-breaker': { parameters: { field: 'checkout.isBreakerOpen' }, state: DOCUMENT },
  'raise-timeout': { parameters: { field: 'checkout.timeoutMs', max: 5000 }, state: DOCUMENT },
  'raise-rate-limit': { parameters: { field: 'checkout.maxPerSecond', max: 150 }, state: DOCUMENT },
  'lower-rate-limit': { parameters: { field: 'checkout.maxPerSecond', min: 20 }, state: DOCUMENT },
  'clear-cache': { parameters: { field: 'cacheEpoch' }, state: DOCUMENT },
  'redrive-dead-letters': {
    parameters: { maxMessages: 1000 },
    state: { messages: 37, lastTaskAt: 0, ...RUN },
  },
  'restart-process': { parameters: { instances: INSTANCES }, state: RUN },
  'clear-temporary-files': { parameters: { instances: INSTANCES }, state: RUN },
  'run-automation': { parameters: { values: { Service: ['checkout'] } }, state: RUN },
  'start-execution': { parameters: { input: { reason: 'disk full' } }, state: RUN },
  'call-webhook': { parameters: {}, state: RUN },
};
