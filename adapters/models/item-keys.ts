/** Keys of the items of the context models, all in one table. Kinds of models contain no `#`. */
import type { ModelScope } from '../../core/models/ports.ts';
import { type SemanticVersion, sortableVersion } from '../../core/models/semantic-version.ts';
import { type ItemKey, tenantKey } from '../aws/dynamodb/item-key.ts';

export const lineUpKey = ({ tenantId, kind }: ModelScope): ItemKey => tenantKey(tenantId, `LINEUP#${kind}`);

/** Starts the sort keys of all versions of a kind, which sort by version. */
export const versionsOf = (kind: string): string => `MODEL#${kind}#`;
export const versionKey = ({ tenantId, kind }: ModelScope, version: SemanticVersion): ItemKey =>
  tenantKey(tenantId, `${versionsOf(kind)}${sortableVersion(version)}`);

export const rolloutKey = ({ tenantId, kind }: ModelScope, rolloutId: string): ItemKey =>
  tenantKey(tenantId, `ROLLOUT#${kind}#${rolloutId}`);

export const trainingKey = ({ tenantId, kind }: ModelScope, runId: string): ItemKey =>
  tenantKey(tenantId, `TRAINING#${kind}#${runId}`);

/** What asked for trainings of a kind. */
export const bookKey = ({ tenantId, kind }: ModelScope): ItemKey => tenantKey(tenantId, `TRAININGS#${kind}`);

export const routesKey = (tenantId: string): ItemKey => tenantKey(tenantId, 'ROUTES');
