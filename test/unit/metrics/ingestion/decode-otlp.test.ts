import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { AggregationTemporality } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IngestRejection } from '../../../../core/metrics/ingestion/decoding/ingest-rejection.ts';
import { metricNameOf } from '../../../../core/metrics/ingestion/formats/otlp-collect.ts';
import { decodeAs, NOW, NOW_SECONDS, rejectionOf } from '../../../fixtures/ingestion/decoding.ts';
import { collectFromSdk } from '../../../fixtures/ingestion/otel-sdk.ts';
import {
  attribute,
  double,
  encode,
  fixed64,
  gauge,
  host,
  message,
  metrics,
  resourceMetrics,
  text,
  whole,
} from '../../../fixtures/ingestion/otlp-bytes.ts';

const PROTOBUF = { format: 'otlp', contentType: 'application/x-protobuf' } as const;
const JSON_TYPE = { format: 'otlp', contentType: 'application/json; charset=utf-8' } as const;
const NANOS = BigInt(NOW_SECONDS) * 1_000_000_000n;
const at = fixed64(3, NANOS);

const HOST = { 'host.name': 'web-1', 'service.name': 'shop', 'forestall.profile': 'web' };

describe('bytes of the OpenTelemetry SDK', () => {
  const expected = (counterKind: string, upDownKind: string) =>
    new Map([
      ['system.cpu.utilization{core="0"}', { kind: 'gauge', unit: '1', value: 0.25 }],
      ['system.cpu.utilization{core="1",state="user"}', { kind: 'gauge', unit: '1', value: 0.5 }],
      ['system.memory.usage', { kind: 'gauge', unit: 'By', value: 2 ** 40 }],
      ['queue.depth', { kind: upDownKind, unit: undefined, value: -3 }],
      ['http.requests{route="/a \\"b\\" \\u{23}c"}', { kind: counterKind, unit: '{request}', value: 42 }],
    ]);

  it.each([
    ['protobuf', PROTOBUF, ProtobufMetricsSerializer, AggregationTemporality.CUMULATIVE],
    ['JSON', JSON_TYPE, JsonMetricsSerializer, AggregationTemporality.CUMULATIVE],
    ['protobuf, delta', PROTOBUF, ProtobufMetricsSerializer, AggregationTemporality.DELTA],
    ['JSON, delta', JSON_TYPE, JsonMetricsSerializer, AggregationTemporality.DELTA],
  ] as const)('become series (%s)', async (_, type, serializer, temporality) => {
    const body = serializer.serializeRequest(await collectFromSdk(HOST, temporality));
    const decoded = decodeAs(body, { ...type, receivedAt: Date.now() });
    const delta = temporality === AggregationTemporality.DELTA;
    const found = decoded.series.map(({ metric, kind, unit, values }) => [
      metric,
      { kind, unit, value: values[0] },
    ]);
    expect(new Map(found as never)).toEqual(expected(delta ? 'delta' : 'counter', delta ? 'delta' : 'gauge'));
    expect(decoded).toMatchObject({ accepted: 5, missing: 0, rejected: { count: 0 }, unsupported: 1 });
    expect(new Set(decoded.series.map(({ targetId }) => targetId))).toEqual(new Set(['shop@web-1']));
    expect(decoded.profiles).toEqual(new Map([['shop@web-1', 'web']]));
  });

  it('decode to the same series in both encodings', async () => {
    const collected = await collectFromSdk(HOST);
    const receivedAt = Date.now();
    const [binary, json] = [ProtobufMetricsSerializer, JsonMetricsSerializer].map(
      (serializer) => serializer.serializeRequest(collected)!,
    );
    expect(decodeAs(binary, { ...PROTOBUF, receivedAt })).toEqual(
      decodeAs(json, { ...JSON_TYPE, receivedAt }),
    );
  });
});

describe('OTLP targets', () => {
  const named = (attributes: Record<string, string>) =>
    encode(
      resourceMetrics(
        message(1, ...Object.entries(attributes).map(([key, value]) => attribute(1, key, text(1, value)))),
        metrics(gauge('m', [at, double(4, 1)])),
      ),
    );

  it.each([
    [{ 'service.name': 's', 'service.instance.id': 'i', 'host.name': 'h' }, 's@h'],
    [{ 'service.name': 's', 'service.instance.id': 'i' }, 's@i'],
    [{ 'service.name': 's', 'service.instance.id': 's' }, 's'],
    [{ 'service.name': 's' }, 's'],
    [{ 'host.name': 'h' }, 'h'],
    [{ 'host.name': 'h', 'service.name': 'unknown_service:python' }, 'h'],
    [{ 'service.name': 's', 'k8s.pod.name': 'p' }, 's@p'],
    // SDKs make it at each start.
    [{ 'service.name': 's', 'service.instance.id': '3b241101-e2bb-4255-8caf-4136c566a962' }, 's'],
    [{ 'service.name': 's', 'host.name': 'h', 'forestall.target': 't' }, 't'],
  ])('are named by %j', (attributes, target) => {
    expect(decodeAs(named(attributes), PROTOBUF).series[0]?.targetId).toBe(target);
  });

  it('may be named by other attributes', () => {
    const body = named({ 'service.name': 's', 'host.name': 'h', 'cloud.region': 'eu' });
    const by = (identity: string) => ({ ...PROTOBUF, query: { identity } });
    expect(decodeAs(body, by('host.name')).series[0]?.targetId).toBe('h');
    expect(decodeAs(body, by('service.name, cloud.region')).series[0]?.targetId).toBe('s@eu');
    expect(decodeAs(body, by('')).series[0]?.targetId).toBe('s@h');
    expect(rejectionOf(body, by('host.id')).errors[0]?.message).toBe(
      'no target: host.id is not set, which the identity (identity in the settings or the query) names',
    );
  });

  it('must be named', () => {
    const rejection = rejectionOf(named({ 'os.type': 'linux' }), PROTOBUF);
    expect(rejection.code).toBe('no-usable-points');
    expect(rejection.errors).toEqual([
      {
        field: 'resourceMetrics[0].resource.attributes',
        code: 'no-target',
        message:
          'no target: none of forestall.target, service.name, host.name, k8s.pod.name, service.instance.id, k8s.node.name is set, or only a random service.instance.id; set one, or name other attributes with ?identity= or in the settings',
      },
    ]);
  });

  it('without a valid name lose only their own points', () => {
    const body = Buffer.concat([named({ 'host.name': 'not a name' }), named({ 'host.name': 'ok' })]);
    const decoded = decodeAs(body, PROTOBUF);
    expect(decoded).toMatchObject({ accepted: 1, rejected: { count: 1 } });
    expect(decoded.rejected.samples[0]).toMatchObject({ code: 'no-target' });
  });

  it('of another tenant are rejected, those of the own tenant accepted', () => {
    expect(decodeAs(named({ 'host.name': 'h', 'forestall.tenant': 'acme' }), PROTOBUF).accepted).toBe(1);
    expect(rejectionOf(named({ 'host.name': 'h', 'forestall.tenant': 'rival' }), PROTOBUF)).toMatchObject({
      code: 'tenant-mismatch',
      field: 'resourceMetrics[0].resource.attributes.forestall.tenant',
    });
  });

  it('with an unknown profile are accepted, with a note', () => {
    const decoded = decodeAs(named({ 'host.name': 'h', 'forestall.profile': 'mainframe' }), PROTOBUF);
    expect(decoded).toMatchObject({
      accepted: 1,
      rejected: { count: 0, samples: [{ code: 'unknown-profile' }] },
    });
  });
});

describe('OTLP resources that share a target', () => {
  const resource = (attributes: Record<string, string>, metric: string, value: number) =>
    encode(
      resourceMetrics(
        message(1, ...Object.entries(attributes).map(([key, text_]) => attribute(1, key, text(1, text_)))),
        metrics(gauge(metric, [at, double(4, value)])),
      ),
    );

  it('are separate targets if they are services of one host', () => {
    const of = (service: string) => resource({ 'host.name': 'h', 'service.name': service }, 'm', 1);
    const decoded = decodeAs(Buffer.concat([of('a'), of('b')]), PROTOBUF);
    expect(decoded.series.map(({ targetId }) => targetId)).toEqual(['a@h', 'b@h']);
    expect(decoded.collisions).toBe(0);
  });

  it('are separate series if they are processes with different programs', () => {
    const of = (program: string, pid: string) =>
      resource({ 'host.name': 'h', 'process.executable.name': program, 'process.pid': pid }, 'memory', 1);
    const apart = decodeAs(Buffer.concat([of('nginx', '1'), of('redis', '2')]), PROTOBUF);
    expect(apart.series.map(({ metric }) => metric)).toEqual([
      'memory{process.executable.name="nginx"}',
      'memory{process.executable.name="redis"}',
    ]);
    expect(apart.collisions).toBe(0);
    const same = decodeAs(Buffer.concat([of('nginx', '1'), of('nginx', '2')]), PROTOBUF);
    expect(same).toMatchObject({ accepted: 1, duplicates: 1, collisions: 1 });
    expect(same.rejected).toMatchObject({
      count: 0,
      samples: [{ code: 'shared-series', field: 'resourceMetrics[1].metrics[0].dataPoints[0]' }],
    });
    expect(same.rejected.samples[0]?.message).toContain('differs in process.pid');
  });

  it('are no collision if they are one resource in two parts', () => {
    const part = (metric: string) => resource({ 'host.name': 'h' }, metric, 1);
    expect(decodeAs(Buffer.concat([part('m'), part('m')]), PROTOBUF).collisions).toBe(0);
  });
});

describe('OTLP/JSON attributes', () => {
  const body = (entry: object) =>
    Buffer.from(
      JSON.stringify({
        resourceMetrics: [
          {
            resource: { attributes: [entry] },
            scopeMetrics: [
              {
                metrics: [
                  { name: 'm', gauge: { dataPoints: [{ timeUnixNano: String(NANOS), asDouble: 1 }] } },
                ],
              },
            ],
          },
        ],
      }),
    );

  it('whose value is not in `value` are refused by name', () => {
    const rejection = rejectionOf(body({ key: 'host.name', stringValue: 'web-1' }), JSON_TYPE);
    expect(rejection.message).toContain('resourceMetrics[0].resource.attributes[0].value');
    expect(rejection.message).toContain('{"stringValue":"web-1"}');
  });

  it('without any value name no target', () => {
    for (const entry of [{ key: 'host.name' }, { key: 'host.name', value: {} }])
      expect(rejectionOf(body(entry), JSON_TYPE).errors[0]?.code).toBe('no-target');
  });
});

describe('OTLP points', () => {
  const points = (...all: Parameters<typeof gauge>[1][]) =>
    encode(resourceMetrics(host('h'), metrics(gauge('m', ...all))));

  it('may have no recorded value', () => {
    const decoded = decodeAs(points([at, double(4, 1)], [at, double(4, 9), whole(8, 1)], [at]), PROTOBUF);
    expect(decoded).toMatchObject({ accepted: 1, missing: 2 });
  });

  it('may be NaN (missing) or infinite (rejected)', () => {
    const decoded = decodeAs(
      points([at, double(4, 1)], [at, double(4, Number.NaN)], [at, double(4, Number.POSITIVE_INFINITY)]),
      PROTOBUF,
    );
    expect(decoded).toMatchObject({ accepted: 1, missing: 1, rejected: { count: 1 } });
    expect(decoded.rejected.samples[0]?.field).toBe('resourceMetrics[0].metrics[0].dataPoints[2]');
  });

  it('may be signed integers', () => {
    expect(decodeAs(points([at, fixed64(6, -7n)]), PROTOBUF).series[0]?.values).toEqual([-7]);
  });

  it('round their nanoseconds down, even one nanosecond before the second', () => {
    expect(decodeAs(points([fixed64(3, NANOS - 1n), double(4, 1)]), PROTOBUF).series[0]?.timestamps).toEqual([
      NOW_SECONDS - 1,
    ]);
  });

  it('from 1970 and the future are rejected', () => {
    const decoded = decodeAs(
      points([at, double(4, 1)], [double(4, 1)], [fixed64(3, NANOS + 10n ** 12n), double(4, 1)]),
      PROTOBUF,
    );
    expect(decoded.rejected.samples.map(({ code }) => code)).toEqual(['wrong-time', 'in-future']);
    expect(decoded.rejected.samples[0]?.message).toBe(
      'timeUnixNano is missing: expected nanoseconds since 1970',
    );
  });

  it('in milliseconds are rejected with the unit that is expected', () => {
    const inMilliseconds = [fixed64(3, NANOS / 1_000_000n), double(4, 1)];
    expect(rejectionOf(points(inMilliseconds), PROTOBUF).errors[0]?.message).toContain(
      'expected nanoseconds since 1970, not milliseconds',
    );
  });

  it('sent twice keep the last value', () => {
    const decoded = decodeAs(points([at, double(4, 1)], [at, double(4, 2)]), PROTOBUF);
    expect(decoded).toMatchObject({ accepted: 1, duplicates: 1, series: [{ values: [2] }] });
  });

  it('of metrics with an empty or overlong name are rejected', () => {
    const body = encode(
      resourceMetrics(
        host('h'),
        metrics(
          gauge('', [at, double(4, 1)]),
          gauge('x'.repeat(257), [at, double(4, 1)]),
          gauge('ok', [at, double(4, 1)]),
        ),
      ),
    );
    expect(decodeAs(body, PROTOBUF)).toMatchObject({
      accepted: 1,
      rejected: { count: 2, samples: [{ code: 'invalid-name' }, { code: 'invalid-name' }] },
    });
  });

  it('may have every kind of attribute, nested ones as JSON', () => {
    const labelled = [
      at,
      double(4, 1),
      attribute(7, 's', text(1, 'text')),
      attribute(7, 'b', whole(2, 1)),
      attribute(7, 'i', whole(3, -5)),
      attribute(7, 'big', whole(3, 2n ** 60n)),
      attribute(7, 'd', double(4, 0.5)),
      attribute(7, 'bytes', text(7, 'hi')),
      attribute(7, 'list', message(5, message(1, text(1, 'a')), message(1, whole(3, 2)))),
      attribute(7, 'map', message(6, attribute(1, 'k', text(1, 'v')))),
      message(7, text(1, 'none')),
    ];
    const json = {
      resourceMetrics: [
        {
          resource: { attributes: [{ key: 'host.name', value: { stringValue: 'h' } }] },
          scopeMetrics: [
            {
              metrics: [
                {
                  name: 'm',
                  gauge: {
                    dataPoints: [
                      {
                        timeUnixNano: String(NANOS),
                        asDouble: 1,
                        attributes: [
                          { key: 's', value: { stringValue: 'text' } },
                          { key: 'b', value: { boolValue: true } },
                          { key: 'i', value: { intValue: '-5' } },
                          { key: 'big', value: { intValue: String(2n ** 60n) } },
                          { key: 'd', value: { doubleValue: 0.5 } },
                          { key: 'bytes', value: { bytesValue: 'aGk=' } },
                          {
                            key: 'list',
                            value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: 2 }] } },
                          },
                          {
                            key: 'map',
                            value: { kvlistValue: { values: [{ key: 'k', value: { stringValue: 'v' } }] } },
                          },
                          { key: 'none' },
                        ],
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    };
    const name =
      'm{b="true",big="1152921504606846976",bytes="aGk=",d="0.5",i="-5",list="[\\"a\\",2]",map="{\\"k\\":\\"v\\"}",none="null",s="text"}';
    expect(decodeAs(points(labelled), PROTOBUF).series[0]?.metric).toBe(name);
    expect(decodeAs(json, JSON_TYPE).series[0]?.metric).toBe(name);
  });
});

describe('metricNameOf', () => {
  const labels = fc.dictionary(fc.string({ maxLength: 4 }), fc.string({ unit: 'grapheme', maxLength: 4 }), {
    maxKeys: 3,
  });

  it('gives one name per attribute set, in any order, and different names to different sets', () => {
    fc.assert(
      fc.property(labels, labels, (one, other) => {
        const [a, b] = [Object.entries(one), Object.entries(other)];
        const same = JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());
        expect(metricNameOf('m', new Map([...a].reverse()))).toBe(metricNameOf('m', new Map(a)));
        expect(metricNameOf('m', new Map(a)) === metricNameOf('m', new Map(b))).toBe(same);
      }),
    );
  });
});

describe('OTLP requests', () => {
  it('may be empty, because exporters may have no data', () => {
    expect(decodeAs(new Uint8Array(0), PROTOBUF)).toMatchObject({ accepted: 0, series: [] });
    expect(decodeAs('{}', JSON_TYPE).accepted).toBe(0);
    expect(decodeAs({ resourceMetrics: [] }, JSON_TYPE).accepted).toBe(0);
  });

  it('with histograms only are rejected, with their number', () => {
    const histogram = message(9, message(1, at), message(1, at));
    const body = encode(
      resourceMetrics(
        host('h'),
        metrics((writer) => histogram(writer)),
      ),
    );
    expect(rejectionOf(body, PROTOBUF).message).toContain('2 of unsupported kinds');
    const json = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ summary: { dataPoints: [{}] } }] }] }] };
    expect(rejectionOf(json, JSON_TYPE).message).toContain('1 of unsupported kinds');
  });

  it('may have unknown fields', () => {
    const body = encode(
      whole(90, 5),
      resourceMetrics(
        text(91, 'new'),
        host('h'),
        metrics(gauge('m', [at, double(4, 1), text(92, 'x'), double(93, 1)])),
      ),
    );
    expect(decodeAs(body, PROTOBUF).accepted).toBe(1);
  });

  it('may have unknown fields within sums and attribute values', () => {
    const sum = message(7, message(1, at, double(4, 1)), whole(2, 2), whole(3, 1), text(94, 'x'));
    const list = message(5, message(1, text(1, 'a'), text(95, 'x')), text(96, 'x'));
    const map = message(6, text(97, 'x'));
    const labelled = [
      at,
      double(4, 1),
      attribute(7, 'l', list),
      message(7, text(1, 'm'), message(2, map, text(98, 'x')), text(99, 'x')),
    ];
    const body = encode(
      resourceMetrics(
        host('h'),
        metrics(gauge('g', labelled), (writer) => {
          text(1, 's')(writer);
          sum(writer);
        }),
      ),
    );
    expect(decodeAs(body, PROTOBUF).series).toMatchObject([
      { metric: 'g{l="[\\"a\\"]",m="{}"}', kind: 'gauge' },
      { metric: 's', kind: 'counter' },
    ]);
  });

  it('drop units beyond 63 characters and metrics without data', () => {
    const long = message(2, text(1, 'm'), text(3, 'u'.repeat(64)), message(5, message(1, at, double(4, 1))));
    const bare = message(2, text(1, 'bare'));
    const decoded = decodeAs(encode(resourceMetrics(host('h'), message(2, long, bare))), PROTOBUF);
    expect(decoded.series).toEqual([
      { targetId: 'h', metric: 'm', kind: 'gauge', timestamps: [NOW_SECONDS], values: [1] },
    ]);
  });

  it('may have the resource after its metrics', () => {
    const body = encode(resourceMetrics(metrics(gauge('m', [at, double(4, 1)])), host('late')));
    expect(decodeAs(body, PROTOBUF).series[0]?.targetId).toBe('late');
  });

  it.each(['text/plain', '', 'application/json-seq'])('with content type %j are rejected', (contentType) => {
    expect(rejectionOf('{}', { format: 'otlp', contentType }).code).toBe('unsupported-content-type');
  });

  const nested = (depth: number): Parameters<typeof attribute>[2] =>
    depth === 0 ? text(1, 'x') : message(5, message(1, nested(depth - 1)));

  it('may nest attribute values only to a limit', () => {
    const deep = (depth: number) =>
      encode(
        resourceMetrics(host('h'), metrics(gauge('m', [at, double(4, 1), attribute(7, 'a', nested(depth))]))),
      );
    expect(decodeAs(deep(15), PROTOBUF).accepted).toBe(1);
    expect(rejectionOf(deep(16), PROTOBUF)).toMatchObject({ code: 'malformed-body' });
    let value: unknown = { stringValue: 'x' };
    for (let depth = 0; depth < 1000; depth++) value = { arrayValue: { values: [value] } };
    const json = { resourceMetrics: [{ resource: { attributes: [{ key: 'a', value }] } }] };
    expect(rejectionOf(json, JSON_TYPE)).toMatchObject({ code: 'invalid-content' });
  });

  it.each([
    ['text', 'hello, this is not protobuf'],
    ['JSON', '{"resourceMetrics":[]}'],
    ['zeros', new Uint8Array(1000)],
    [
      'a truncated message',
      encode(resourceMetrics(host('h'), metrics(gauge('m', [at, double(4, 1)])))).subarray(0, 30),
    ],
    ['a message of other fields', encode(whole(5, 1))],
    ['a child longer than its parent', Uint8Array.from([0x0a, 0x02, 0x0a, 0x05, 0, 0, 0, 0, 0])],
    [
      'a name that is not UTF-8',
      encode(resourceMetrics(metrics((w) => w.tag(1, 2).bytes(Uint8Array.from([0xff]))))),
    ],
  ])('with %s are malformed protobuf', (_, body) => {
    expect(rejectionOf(body, PROTOBUF).code).toBe('malformed-body');
  });

  it('with a megabyte of noise fail with a named error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        try {
          decodeAs(Uint8Array.from([0x0a, ...noise]), PROTOBUF);
        } catch (error) {
          expect(error).toBeInstanceOf(IngestRejection);
        }
      }),
      { numRuns: 1000 },
    );
    const noise = Uint8Array.from({ length: 1_000_000 }, (_, index) => (index * 7919 + (index >> 3)) & 255);
    expect(rejectionOf(noise, PROTOBUF).code).toBe('malformed-body');
  });

  it('with millions of empty points are too large', () => {
    const limits = { maxBytes: 5e6, maxUnzippedBytes: 5e6, maxPoints: 1000, maxTargets: 10, maxSeries: 1000 };
    const empty = encode(resourceMetrics(host('h'), metrics(gauge('m', ...new Array(3001).fill([])))));
    expect(rejectionOf(empty, { ...PROTOBUF, limits }).code).toBe('body-too-large');
  });

  it.each([
    [[], '(body)'],
    [{ resourceMetrics: 5 }, 'resourceMetrics'],
    [{ points: [] }, 'resourceMetrics'],
    [{ resourceMetrics: [7] }, 'resourceMetrics[0]'],
    [
      { resourceMetrics: [{ resource: { attributes: [{ key: 5 }] } }] },
      'resourceMetrics[0].resource.attributes[0].key',
    ],
  ])('name the wrong field of %j', (body, field) => {
    expect(rejectionOf(body, JSON_TYPE)).toMatchObject({ code: 'invalid-content', field });
  });

  const jsonPoint = (some: object) => ({
    resourceMetrics: [
      {
        resource: { attributes: [{ key: 'host.name', value: { stringValue: 'h' } }] },
        scopeMetrics: [
          {
            metrics: [
              {
                name: 'm',
                sum: {
                  dataPoints: [{ timeUnixNano: String(NANOS), asInt: '5', ...some }],
                  aggregationTemporality: 'AGGREGATION_TEMPORALITY_CUMULATIVE',
                  isMonotonic: true,
                },
              },
            ],
          },
        ],
      },
    ],
  });

  it('in JSON carry 64-bit integers as text', () => {
    const decoded = decodeAs(jsonPoint({ asInt: '-9007199254740991' }), JSON_TYPE);
    expect(decoded.series[0]).toMatchObject({ kind: 'counter', values: [-9_007_199_254_740_991] });
    expect(decodeAs(jsonPoint({ timeUnixNano: NOW * 1e6 }), JSON_TYPE).accepted).toBe(1);
  });

  it('in JSON may have no recorded value, or NaN and infinities as text', () => {
    expect(rejectionOf(jsonPoint({ flags: 1 }), JSON_TYPE).message).toContain('1 missing');
    expect(rejectionOf(jsonPoint({ asInt: null }), JSON_TYPE).message).toContain('1 missing');
    expect(rejectionOf(jsonPoint({ asDouble: 'NaN' }), JSON_TYPE).message).toContain('1 missing');
    expect(rejectionOf(jsonPoint({ asDouble: '-Infinity' }), JSON_TYPE).message).toContain('1 rejected');
  });

  it.each([
    [{ asInt: 'five' }, 'asInt'],
    [{ asInt: 1.5 }, 'asInt'],
    [{ asDouble: 'five' }, 'asDouble'],
    [{ timeUnixNano: 'now' }, 'timeUnixNano'],
    [{ flags: 'x' }, 'flags'],
  ])('in JSON name the wrong field of a point with %j', (some, field) => {
    expect(rejectionOf(jsonPoint(some), JSON_TYPE).field).toBe(
      `resourceMetrics[0].scopeMetrics[0].metrics[0].sum.dataPoints[0].${field}`,
    );
  });
});
