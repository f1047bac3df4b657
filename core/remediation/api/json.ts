import { named } from '../../platform/api/components.ts';
import { Json } from '../../shared/canonical-json.ts';

/** Any JSON, under one name in the OpenAPI document: its schema refers to itself. */
export const AnyJson = named('Json', Json);
