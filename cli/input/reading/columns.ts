/** Names of columns in the exports of many tools. */

const ALIASES = {
  timestamp: [
    'timestamp',
    'time',
    'epoch',
    'date',
    'datetime',
    'date_time',
    'ds',
    'ts',
    '_time',
    '@timestamp',
  ],
  value: ['value', 'y', 'val', '_value'],
  series: ['series', 'unique_id', 'item_id'],
  target: ['target', 'host', 'hostname', 'instance'],
  metric: ['metric', 'metric_name', 'measurement'],
  profile: ['profile'],
  unit: ['unit'],
  kind: ['kind'],
  tenant: ['tenant'],
} as const;

/** The meaning of a column. */
export type Role = keyof typeof ALIASES;

const ROLES = new Map(
  Object.entries(ALIASES).flatMap(([role, names]) => names.map((name) => [name as string, role] as const)),
);

const isRole = (name: string): name is Role => name in ALIASES;

/** The role that a column's name says; undefined for all others. */
export const roleOf = (column: string): Role | undefined => {
  const role = ROLES.get(column.toLowerCase().replace(/ /g, '_'));
  return role !== undefined && isRole(role) ? role : undefined;
};
