/** What each action may do at most, stated apart from the actions themselves. */
import type { Json } from '../../../../core/shared/canonical-json.ts';

type Fields = Readonly<Record<string, Json>>;
const isFields = (value: Json | undefined): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const at = (value: Json, path: string): Json =>
  path.split('.').reduce<Json>((inner, name) => (isFields(inner) ? (inner[name] ?? null) : null), value);
const number = (value: Json, path: string): number => Number(at(value, path));

/** The measured value must move this way, and not beyond the bound of the parameters. */
export interface Direction {
  readonly way: 'up' | 'down';
  measure(state: Json, parameters: Fields): number;
  bound?(parameters: Fields): number;
}

const up = (path: string, bound: string): Direction => ({
  way: 'up',
  measure: (state) => number(state, path),
  bound: (parameters) => Number(parameters[bound]),
});
const down = (path: string, bound: string): Direction => ({ ...up(path, bound), way: 'down' });

const field = (state: Json, { field: name }: Fields): number => number(at(state, 'document'), String(name));
const receiving: Direction = {
  way: 'up',
  measure: (state, { to }) => Number((at(state, 'weights') as Fields)[String(to)]),
};

/** Other actions have no measure: they restart, restore or run something. */
export const DIRECTIONS: Readonly<Record<string, Direction>> = {
  'scale-out-group': up('desired', 'max'),
  'scale-in-group': down('desired', 'min'),
  'scale-out-service': up('desired', 'max'),
  'scale-in-service': down('desired', 'min'),
  'scale-out-deployment': up('desired', 'max'),
  'scale-in-deployment': down('desired', 'min'),
  'start-instance': { way: 'up', measure: (state) => Number(at(state, 'state') === 'running') },
  'limit-concurrency': {
    way: 'down',
    measure: (state) => (at(state, 'reserved') === null ? 1e9 : number(state, 'reserved')),
    bound: ({ min }) => Number(min),
  },
  'raise-concurrency': up('reserved', 'max'),
  'grow-storage': up('gib', 'maxGib'),
  'raise-storage-limit': up('maxGib', 'maxGib'),
  'shift-traffic': receiving,
  'shift-alias-traffic': receiving,
  'enable-circuit-breaker': { way: 'up', measure: field },
  'raise-timeout': { way: 'up', measure: field, bound: ({ max }) => Number(max) },
  'raise-rate-limit': { way: 'up', measure: field, bound: ({ max }) => Number(max) },
  'lower-rate-limit': { way: 'down', measure: field, bound: ({ min }) => Number(min) },
  'clear-cache': { way: 'up', measure: field },
  'redrive-dead-letters': { way: 'down', measure: (state) => number(state, 'messages') },
};
