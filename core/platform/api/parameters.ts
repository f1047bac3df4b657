/** Parameters that operations of several contexts share. */
import * as z from 'zod';
import { TargetId } from '../../shared/identifiers.ts';

export const NoParameters = z.strictObject({});

export const TargetPath = z.object({ targetId: TargetId });
