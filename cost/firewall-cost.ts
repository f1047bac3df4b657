import type { UsageLine } from '../core/platform/billing/cost-lines.ts';
import { gigabytes } from '../core/platform/billing/units.ts';
import type { ItemSizes } from './item-sizes.ts';
import type { TemplateFacts } from './template-facts.ts';
import type { Workload } from './workload.ts';

const component = 'CloudFront and firewall';

/** Lines for the rules, in addition to the web ACL; the allowance of CloudFront (10 million requests) is not counted. */
export const idleFirewall = ({ firewallRules }: TemplateFacts): UsageLine[] =>
  firewallRules === undefined
    ? []
    : [{ component, what: 'firewall rules', price: 'firewallRuleMonth', units: firewallRules }];

/** Lines for the requests of a fleet, given all other lines. */
export const firewallUsage = (
  lines: readonly UsageLine[],
  { firewallRules }: TemplateFacts,
  work: Workload,
  sizes: ItemSizes,
): UsageLine[] => {
  if (firewallRules === undefined) return [];
  const requests = lines
    .filter(({ price }) => price === 'httpApiRequest')
    .reduce((sum, { units }) => sum + units, 0);
  const bytes = requests * sizes.payloadBytes * work.hostsPerRequest;
  return [
    { component, what: 'requests through CloudFront', price: 'cloudFrontRequest', units: requests },
    { component, what: 'requests through the firewall', price: 'firewallRequest', units: requests },
    { component, what: 'GB sent to the gateway', price: 'cloudFrontOriginGb', units: gigabytes(bytes) },
  ];
};
