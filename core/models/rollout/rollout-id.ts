import { jsonHash } from '../../shared/canonical-json.ts';
import type { ModelScope } from '../ports.ts';
import type { SemanticVersion } from '../semantic-version.ts';

/** A version is rolled out once: afterwards it is champion, or never serves again. */
export const rolloutIdOf = ({ tenantId, kind }: ModelScope, version: SemanticVersion): string =>
  jsonHash(['rollout', tenantId, kind, version]).slice(0, 30);
