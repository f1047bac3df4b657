import type { Finding } from './check.ts';
import { SECTIONS } from './runbook-sections.ts';

/** Something that a stack declares and that someone deleted: another deployment alone does not bring it back. */
export const deleted = (subject: string): Finding => ({
  subject,
  problem: 'it was deleted, although its stack declares it',
  action: 'remove it from its stack in lib/, deploy, add it again and deploy',
  runbook: SECTIONS.changedByHand,
});
