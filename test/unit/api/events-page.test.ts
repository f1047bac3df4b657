import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVENT_SCHEMAS, EVENT_SOURCES } from '../../../core/api/event-catalogue.ts';
import { riskScore } from '../../../core/forecasts/breach/risk-score.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/events.md'), 'utf8');
const sections = page.split(/^## /m).slice(1);
const sectionOf = (name: string) => sections.find((section) => section.startsWith(`${name}\n`)) ?? '';
const exampleIn = (section: string): unknown => JSON.parse(/```json\n(.*?)```/s.exec(section)?.[1] ?? 'null');

describe('docs/events.md', () => {
  it.each(Object.entries(EVENT_SCHEMAS))('shows a true example of %s', (name, schema) => {
    const section = sectionOf(name);
    expect(schema.strict().safeParse(exampleIn(section)).error).toBeUndefined();
    expect(section).toContain(`\`${EVENT_SOURCES[name as keyof typeof EVENT_SOURCES]}\``);
  });

  it('shows the risk that its example has', () => {
    const { risk, ...breach } = EVENT_SCHEMAS.BreachPredicted.parse(exampleIn(sectionOf('BreachPredicted')));
    expect(riskScore({ ...breach, expectedShareBeyond: 0 })).toBe(risk);
  });
});
