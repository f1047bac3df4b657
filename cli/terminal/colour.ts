import { styleText } from 'node:util';
import type { Severity } from '../../core/forecasts/breach-risk.ts';
import { ownColour } from './clean-text.ts';

export type Colour = 'red' | 'yellow' | 'green' | 'cyan' | 'blue' | 'gray' | 'bold';

/** The text in a colour, or unchanged if colours are off. Only `cleanLine` makes it fit for a terminal. */
export const paint = (on: boolean, colour: Colour, text: string): string => {
  if (!on || text === '') return text;
  const [begin = '', end = ''] = styleText(colour, ' ', { validateStream: false }).split(' ').map(ownColour);
  return begin + text + end;
};

/** Red from 50 %, yellow from 20 %. */
export const probabilityColour = (probability: number): Colour | undefined => {
  if (probability >= 0.5) return 'red';
  return probability >= 0.2 ? 'yellow' : undefined;
};

const SEVERITY_COLOURS: Readonly<Record<Severity, Colour>> = {
  critical: 'red',
  warning: 'yellow',
  info: 'gray',
};
export const severityColour = (severity: Severity): Colour => SEVERITY_COLOURS[severity];
