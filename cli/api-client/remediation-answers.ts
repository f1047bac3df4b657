/** Schemas of the API's responses about remediations; unknown fields are kept. */
import * as z from 'zod';
import { ActionView } from '../../core/remediation/api/actions.ts';
import { Autonomy, KillSwitchView, PolicyView } from '../../core/remediation/api/policies.ts';
import { Recommendations } from '../../core/remediation/api/recommendations.ts';
import { RemediationSummary, RemediationView } from '../../core/remediation/api/remediations.ts';
import { RequestedRemediation } from '../../core/remediation/api/requests.ts';

export const RemediationSummaryAnswer = z.looseObject(RemediationSummary.shape);
export type RemediationSummaryAnswer = z.infer<typeof RemediationSummaryAnswer>;

export const RemediationAnswer = z.looseObject(RemediationView.shape);
export type RemediationAnswer = z.infer<typeof RemediationAnswer>;

export const RequestedAnswer = z.looseObject(RequestedRemediation.shape);
export type RequestedAnswer = z.infer<typeof RequestedAnswer>;

export const RecommendationsAnswer = z.looseObject(Recommendations.shape);
export type RecommendationsAnswer = z.infer<typeof RecommendationsAnswer>;

export const PolicyAnswer = z.looseObject(PolicyView.shape);
export type PolicyAnswer = z.infer<typeof PolicyAnswer>;

export const KillSwitchAnswer = z.looseObject(KillSwitchView.shape);
export type KillSwitchAnswer = z.infer<typeof KillSwitchAnswer>;

export const AutonomyAnswer = z.looseObject(Autonomy.shape);
export type AutonomyAnswer = z.infer<typeof AutonomyAnswer>;

export const ActionAnswer = z.looseObject(ActionView.shape);
export type ActionAnswer = z.infer<typeof ActionAnswer>;

export const ActionsAnswer = z.looseObject({ items: z.array(ActionAnswer) });
