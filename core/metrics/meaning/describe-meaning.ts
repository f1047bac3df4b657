import type { Harm, Measures, MetricMeaning } from './metric-meaning.ts';

const ASPECT_TEXT: Readonly<Record<MetricMeaning['aspect'], string>> = {
  cpu: 'CPU',
  memory: 'memory',
  'disk-space': 'disk space',
  latency: 'latency',
  'request-rate': 'requests',
  'error-share': 'share of errors',
  'success-share': 'share of successes',
  other: 'resource',
};

const MEASURES_TEXT: Readonly<Record<Measures, string>> = {
  used: 'used',
  free: 'free',
  spare: 'spare',
  part: 'a part of the',
  size: 'size of the',
};

const HARM_TEXT: Readonly<Record<Harm, string>> = {
  rise: 'a rise does harm',
  fall: 'a fall does harm',
  none: 'neither a rise nor a fall does harm',
};

const scaleText = ({ scale }: MetricMeaning): string => {
  if (scale.kind === 'percent') return ' in percent';
  return scale.kind === 'ratio' ? ' as a ratio' : '';
};

const thingText = (meaning: MetricMeaning): string | undefined => {
  const { aspect, measures } = meaning;
  if (aspect === 'other' && measures === undefined) return undefined;
  const words =
    measures === undefined ? ASPECT_TEXT[aspect] : `${MEASURES_TEXT[measures]} ${ASPECT_TEXT[aspect]}`;
  return `read as ${words}${scaleText(meaning)}`;
};

/**
 * How a metric was read, for reasons of forecasts and anomalies:
 * `read as free disk space in percent: a fall does harm (by its name)`.
 */
export const describeMeaning = (meaning: MetricMeaning): string => {
  const { harm, source } = meaning;
  const thing = thingText(meaning);
  const by = source === undefined ? '' : ` (by ${source})`;
  if (thing === undefined)
    return harm === undefined
      ? 'the name of the metric is unknown, so no limit is assumed'
      : `${HARM_TEXT[harm]}${by}`;
  return harm === undefined ? thing : `${thing}: ${HARM_TEXT[harm]}${by}`;
};
