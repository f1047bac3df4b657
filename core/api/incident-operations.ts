import type { Operation } from '../platform/api/operation.ts';
import { Causes, Incident, IncidentPage, Topology } from './incident-answers.ts';
import {
  IncidentPath,
  IncidentsQuery,
  TopologyBody,
  TracesBody,
  TransitionBody,
} from './incident-requests.ts';
import { NoParameters } from './requests.ts';

const reading = { method: 'get', status: 200 } as const;

/** Operations on incidents that `query-api` answers, by id. */
export const INCIDENT_READ_OPERATIONS = {
  listIncidents: {
    ...reading,
    path: '/v1/incidents',
    summary: 'Incidents, newest first',
    params: NoParameters,
    query: IncidentsQuery,
    answers: [IncidentPage],
  },
  getIncident: {
    ...reading,
    path: '/v1/incidents/{incidentId}',
    summary:
      'One incident with its signals, changes and timeline; an absorbed one gives the one it is part of',
    params: IncidentPath,
    query: NoParameters,
    answers: [Incident],
  },
  getCauses: {
    ...reading,
    path: '/v1/incidents/{incidentId}/causes',
    summary: 'Likely causes of an incident with evidence, most likely first',
    params: IncidentPath,
    query: NoParameters,
    answers: [Causes],
  },
  getTopology: {
    ...reading,
    path: '/v1/topology',
    summary: 'Who calls whom: declared, and learned from traces of the last two weeks',
    params: NoParameters,
    query: NoParameters,
    answers: [Topology],
  },
} as const satisfies Readonly<Record<string, Operation>>;

/** Operations on incidents and what they depend on that `command-incidents` answers, by id. */
export const INCIDENT_WRITE_OPERATIONS = {
  moveIncident: {
    method: 'post',
    path: '/v1/incidents/{incidentId}/transitions',
    summary: 'Takes an incident to another status; 409 where its status does not allow that step',
    params: IncidentPath,
    query: NoParameters,
    body: TransitionBody,
    status: 200,
    answers: [Incident],
  },
  putTopology: {
    method: 'put',
    path: '/v1/topology',
    summary: 'Replaces the declared calls; those learned from traces stay',
    params: NoParameters,
    query: NoParameters,
    body: TopologyBody,
    status: 200,
    answers: [Topology],
  },
  recordTraces: {
    method: 'post',
    path: '/v1/traces',
    summary: 'Learns calls from an X-Ray service graph (GetServiceGraph, GetTraceGraph)',
    params: NoParameters,
    query: NoParameters,
    body: TracesBody,
    status: 200,
    answers: [Topology],
  },
} as const satisfies Readonly<Record<string, Operation>>;
