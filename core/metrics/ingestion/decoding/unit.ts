import * as z from 'zod';
import { MAX_UNIT_LENGTH } from './limits.ts';

const UNIT = /^[^\p{C}\p{Zl}\p{Zp}]*$/u;

/** A unit of any system, as long as it can be shown. */
export const Unit = z.string().max(MAX_UNIT_LENGTH).regex(UNIT, 'expected printable characters');

export const isUnit = (text: string): boolean => text.length <= MAX_UNIT_LENGTH && UNIT.test(text);
