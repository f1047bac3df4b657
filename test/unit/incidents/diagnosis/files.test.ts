import { describe, expect, it } from 'vitest';
import { parseGraphCsv } from '../../../../core/incidents/diagnosis/files/graph-csv.ts';
import { parseMetricsCsv } from '../../../../core/incidents/diagnosis/files/metrics-csv.ts';
import { parseTargetJson } from '../../../../core/incidents/diagnosis/files/target-json.ts';
import { buildMetricWindow } from '../../../../core/incidents/diagnosis/metric-window.ts';
import { faultyWindow, graph, graphToCsv, toCsv } from './sample-app.ts';

const refusal = (message: string) => expect.objectContaining({ name: 'InvalidInputError', message });

describe('graph.csv', () => {
  it('reads calls between nodes whose names differ only in case', () => {
    const read = parseGraphCsv('\ufeff,A,a,b::c\r\nA,,1.0,0\r\na,0.0,,1\r\nb::c,,,1.0\r\n\r\n');
    expect(read).toEqual({
      nodes: ['A', 'a', 'b::c'],
      edges: [
        ['A', 'a'],
        ['a', 'b::c'],
      ],
    });
    expect(parseGraphCsv(graphToCsv(graph))).toEqual(graph);
  });

  it('reads quoted names', () => {
    expect(parseGraphCsv(',"x, ""y""",z\n"x, ""y""",0,1\nz,0,0\n').edges).toEqual([['x, "y"', 'z']]);
  });

  it.each([
    ['', 'g.csv line 1: found no nodes, expected a header row ",node,node,..."'],
    [',a,a\na,,\na,,\n', 'g.csv line 1: found the node "a" twice, expected unique node names'],
    [',a,\na,,\n', 'g.csv line 1: found a node without a name, expected unique node names'],
    [',a,b\nb,,\nc,,\n', 'g.csv line 3: found "c", expected a node of the header'],
    [',a,b\na,1\nb,,\n', 'g.csv line 2: found 1 cell, expected 2, one per node'],
    [
      ',a,b\na,,2\nb,,\n',
      'g.csv line 2: found "2", expected 1 (the row calls the column), 0 or an empty field',
    ],
    [',a,b\na,,\na,,\n', 'g.csv line 3: found a second row for "a", expected one row per node'],
    [',a,b\na,,\n', 'g.csv line 2: found 1 row, expected 2, one per node'],
    [',a,b\n\nb,,\n', 'g.csv line 2: found an empty field, expected a node of the header'],
  ])('names the problem of %j', (text, message) => {
    expect(() => parseGraphCsv(text, 'g.csv')).toThrow(refusal(message));
  });
});

const HEAD = 'microservice,a,a,a\nmetric,latency,availability,requests\nstatistic,Average,Average,Sum\n';

describe('metrics.csv', () => {
  it('reads columns and rows in any order and empty fields as missing', () => {
    const window = parseMetricsCsv(`${HEAD}unix_timestamp,,,\n600.0,0.5,99,7\n300,,,0\n`);
    expect([...window.timestamps]).toEqual([300, 600]);
    expect(window.stepSeconds).toBe(300);
    const { latency, availability, requests } = window.nodes.get('a')!;
    expect([[...latency!], [...availability!], [...requests!]]).toEqual([
      [Number.NaN, 0.5],
      [Number.NaN, 99],
      [0, 7],
    ]);
  });

  it('reads back what was written', () => {
    const window = faultyWindow('disk');
    expect(parseMetricsCsv(toCsv(window))).toEqual(window);
  });

  it('uses the lowest percentile if there is no mean, and null for a metric that was never sent', () => {
    const text = 'microservice,a,a\nmetric,latency,latency\nstatistic,p99,p50\nunix_timestamp,,\n0,9,5\n';
    const { latency, requests } = parseMetricsCsv(text).nodes.get('a')!;
    expect([latency![0], requests]).toEqual([5, null]);
  });

  it.each([
    ['', 'm.csv line 1: found an empty field, expected "microservice,..."'],
    ['microservice,a\nmetrics,latency\n', 'm.csv line 2: found "metrics", expected "metric,..."'],
    [`${HEAD}300,1,2,3\n`, 'm.csv line 4: found "300", expected "unix_timestamp,..."'],
    ['microservice,a\nmetric\nstatistic,Sum\nunix_timestamp,\n', 'm.csv line 2: found 1 field, expected 2'],
    [
      'microservice,a\nmetric,cpu\nstatistic,Sum\nunix_timestamp,\n0,1\n',
      'm.csv line 2: found "cpu" in column 2, expected latency, availability or requests',
    ],
    [
      'microservice,a,a\nmetric,latency,latency\nstatistic,p50,p50\nunix_timestamp,,\n0,1,1\n',
      'm.csv line 1: found column 3 repeated, expected unique node, metric, statistic',
    ],
    [`${HEAD}unix_timestamp,,,\n`, 'm.csv line 5: found no data, expected one row per time bin'],
    [`${HEAD}unix_timestamp,,,\n300,1,2\n`, 'm.csv line 5: found 3 fields, expected 4'],
    [
      `${HEAD}unix_timestamp,,,\n300,1,2,3\n600,1,x,3\n`,
      'm.csv line 6: found "x" in column 3, expected a number or an empty field',
    ],
    [
      `${HEAD}unix_timestamp,,,\n,1,2,3\n`,
      'm.csv line 5: found an empty field, expected a timestamp in epoch seconds',
    ],
  ])('names the problem of %j', (text, message) => {
    expect(() => parseMetricsCsv(text, 'm.csv')).toThrow(refusal(message));
  });

  it('rejects columns of a different length', () => {
    const column = { node: 'a', metric: 'latency', statistic: 'Average', values: [1] };
    expect(() => buildMetricWindow([0, 300], [column])).toThrow('a latency: found 1 values, expected 2');
  });
});

describe('target.json', () => {
  it('reads an alarm', () => {
    const text = '{"node":"a","metric":"latency","timestamp":5,"other":1}';
    expect(parseTargetJson(text)).toEqual({ node: 'a', metric: 'latency', agg: 'Average', timestamp: 5 });
  });

  it.each([
    ['{', /^t\.json line 1: found text that is not JSON \(.*\), expected \{"node","metric","timestamp"\}$/s],
    [
      '{"node":"a",\n"metric":"cpu","timestamp":5}',
      /^t\.json line 2: found metric = "cpu", expected "latency" or "availability"$/,
    ],
    [
      '{"node":"a","metric":"latency"}',
      /^t\.json line 1: found timestamp = undefined, expected epoch seconds as a number$/,
    ],
    [
      '{"node":"","metric":"latency","timestamp":1}',
      /^t\.json line 1: found node = "", expected the name of a node$/,
    ],
    [
      '{"node":"a","metric":"latency","timestamp":1,"agg":2}',
      /^t\.json line 1: found agg = 2, expected a statistic/,
    ],
    ['[]', /^t\.json line 1: found an array, expected an object with node, metric and timestamp$/],
    ['7', /^t\.json line 1: found a number, expected an object with node, metric and timestamp$/],
  ])('names the problem of %j', (text, message) => {
    expect(() => parseTargetJson(text, 't.json')).toThrow(message);
  });
});
