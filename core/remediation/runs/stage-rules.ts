/** The rules of this release. */
import { findAction } from '../catalogue/catalogue.ts';
import { judge } from '../gate/judge.ts';
import { reserve, settle } from '../gate/ledger-rules.ts';
import { judgeUndo } from '../gate/undo.ts';
import type { Rules } from './rules.ts';

export const RULES: Rules = { judge, judgeUndo, reserve, settle, findAction };
