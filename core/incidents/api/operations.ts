import { type Operations, QUERY } from '../../platform/api/operation.ts';
import { NoParameters } from '../../platform/api/parameters.ts';
import { Causes } from './causes.ts';
import { Incident, IncidentPage, IncidentPath, IncidentsQuery } from './incidents.ts';
import { Topology, TopologyBody, TracesBody } from './topology.ts';
import { TransitionBody } from './transitions.ts';

const COMMAND = {
  tag: 'incidents',
  servedBy: 'command-incidents',
  quota: 'commandsPerMinute',
  params: NoParameters,
  query: NoParameters,
  idempotency: 'stored-response',
  status: 200,
  problems: ['conflict'],
} as const;

export const INCIDENTS_OPERATIONS = {
  listIncidents: {
    ...QUERY,
    tag: 'incidents',
    path: '/v1/incidents',
    summary: 'Lists incidents, newest first',
    query: IncidentsQuery,
    responses: [IncidentPage],
  },
  getIncident: {
    ...QUERY,
    tag: 'incidents',
    path: '/v1/incidents/{incidentId}',
    summary:
      'Returns one incident with its signals, changes and timeline; the id of a merged incident returns the one it was merged into',
    params: IncidentPath,
    responses: [Incident],
  },
  getCauses: {
    ...QUERY,
    tag: 'incidents',
    path: '/v1/incidents/{incidentId}/causes',
    summary: 'Returns the likely causes of an incident with evidence, most likely first',
    params: IncidentPath,
    responses: [Causes],
  },
  getTopology: {
    ...QUERY,
    tag: 'incidents',
    path: '/v1/topology',
    summary: 'Returns the calls between targets: declared, and learned from traces of the last two weeks',
    responses: [Topology],
  },
  transitionIncident: {
    ...COMMAND,
    method: 'post',
    path: '/v1/incidents/{incidentId}/transitions',
    summary: 'Moves an incident to another status; 409 if its status does not allow the transition',
    needs: 'operate',
    params: IncidentPath,
    body: TransitionBody,
    maxBodyBytes: 64 * 1024,
    responses: [Incident],
  },
  putTopology: {
    ...COMMAND,
    method: 'put',
    path: '/v1/topology',
    summary: 'Replaces the declared calls; calls learned from traces stay',
    needs: 'operate',
    body: TopologyBody,
    responses: [Topology],
  },
  recordTraces: {
    ...COMMAND,
    method: 'post',
    path: '/v1/traces',
    summary: 'Learns calls from an X-Ray service graph (GetServiceGraph, GetTraceGraph)',
    needs: 'ingest',
    quota: 'tracesPerMinute',
    body: TracesBody,
    responses: [Topology],
  },
} as const satisfies Operations;
