import type { Component } from '../../../core/incidents/component.ts';

/** A name from the documentation of AWS or OpenTelemetry, or from node exporter, labelled by hand. */
export interface LabelledName {
  readonly namespace?: string;
  readonly name: string;
  readonly target?: string;
  readonly component: Component;
}

const of = (component: Component, namespace: string, ...names: readonly string[]): LabelledName[] =>
  names.map((name) => ({ component, name, ...(namespace === '' ? {} : { namespace }) }));

/** Names that were used to write the rules. */
export const TRAINING_NAMES: readonly LabelledName[] = [
  ...of('compute', 'AWS/EC2', 'CPUUtilization', 'StatusCheckFailed_Instance'),
  ...of('network', 'AWS/EC2', 'NetworkIn'),
  ...of('storage', 'AWS/EC2', 'EBSReadOps'),
  ...of('database', 'AWS/RDS', 'CPUUtilization', 'FreeStorageSpace', 'DatabaseConnections', 'ReplicaLag'),
  ...of('database', 'AWS/DynamoDB', 'ThrottledRequests', 'SuccessfulRequestLatency'),
  ...of('queue', 'AWS/SQS', 'ApproximateAgeOfOldestMessage', 'ApproximateNumberOfMessagesVisible'),
  ...of('function', 'AWS/Lambda', 'Errors', 'Duration', 'ConcurrentExecutions'),
  ...of(
    'api',
    'AWS/ApplicationELB',
    'TargetResponseTime',
    'HTTPCode_Target_5XX_Count',
    'RejectedConnectionCount',
  ),
  ...of('api', 'AWS/ApiGateway', 'Latency', '5XXError'),
  ...of('compute', 'AWS/ECS', 'CPUUtilization'),
  ...of('memory', 'AWS/ECS', 'MemoryUtilization'),
  ...of('compute', '', 'node_load1', 'node_cpu_seconds_total', 'system.cpu.utilization', 'process.cpu.time'),
  ...of(
    'memory',
    '',
    'node_memory_MemAvailable_bytes',
    'system.memory.usage',
    'jvm.memory.used',
    'mem_used_percent',
  ),
  ...of(
    'storage',
    '',
    'node_filesystem_avail_bytes',
    'system.disk.io',
    'disk_used_percent',
    'VolumeQueueLength',
  ),
  ...of('network', '', 'node_network_receive_bytes_total', 'system.network.dropped'),
  ...of('api', '', 'http.server.request.duration', 'checkout-api-5xx-high', 'p99 latency of web'),
  ...of(
    'database',
    '',
    'db.client.operation.duration',
    'orders-db-cpu-high',
    'mysql_global_status_slow_queries',
  ),
  ...of('queue', '', 'messaging.client.consumed.messages', 'orders-dlq-not-empty', 'kafka_consumergroup_lag'),
  ...of('deployment', '', 'kube_deployment_status_replicas_unavailable', 'canary-failed'),
  { name: 'latency_ms', target: 'orders-db', component: 'database' },
  { name: 'error_rate', target: 'checkout', component: 'api' },
  ...of('unknown', '', 'temperature', 'business_orders'),
];

/** Names held out until the rules were finished. */
export const HELD_OUT_NAMES: readonly LabelledName[] = [
  ...of('compute', 'AWS/EC2', 'CPUCreditBalance', 'StatusCheckFailed_System'),
  ...of('network', 'AWS/EC2', 'NetworkPacketsOut'),
  ...of('database', 'AWS/RDS', 'DiskQueueDepth', 'FreeableMemory', 'WriteLatency'),
  ...of('database', 'AWS/ElastiCache', 'Evictions', 'EngineCPUUtilization'),
  ...of('database', 'AWS/DynamoDB', 'ConsumedReadCapacityUnits', 'SystemErrors'),
  ...of('queue', 'AWS/SQS', 'NumberOfMessagesReceived'),
  ...of('queue', 'AWS/Kinesis', 'GetRecords.IteratorAgeMilliseconds', 'WriteProvisionedThroughputExceeded'),
  ...of('queue', 'AWS/SNS', 'NumberOfNotificationsFailed'),
  ...of('function', 'AWS/Lambda', 'Throttles', 'IteratorAge'),
  ...of('function', 'AWS/States', 'ExecutionsFailed'),
  ...of('api', 'AWS/NetworkELB', 'UnHealthyHostCount'),
  ...of('api', 'AWS/CloudFront', '5xxErrorRate'),
  ...of('api', 'AWS/ApiGateway', 'IntegrationLatency', 'Count'),
  ...of('network', 'AWS/NATGateway', 'ErrorPortAllocation'),
  ...of('storage', 'AWS/S3', '4xxErrors'),
  ...of('storage', 'AWS/EFS', 'PercentIOLimit'),
  ...of('storage', 'AWS/EBS', 'BurstBalance'),
  ...of('compute', 'AWS/AutoScaling', 'GroupInServiceInstances'),
  ...of('compute', '', 'container.cpu.usage', 'node_pressure_cpu_waiting_seconds_total'),
  ...of('memory', '', 'node_vmstat_oom_kill', 'jvm.gc.duration', 'k8s.pod.memory.working_set'),
  ...of(
    'storage',
    '',
    'node_disk_io_time_seconds_total',
    'system.filesystem.utilization',
    'inode-usage-critical',
  ),
  ...of('network', '', 'node_netstat_Tcp_RetransSegs', 'system.network.errors'),
  ...of('api', '', 'rpc.server.duration', 'nginx_ingress_controller_requests', 'prod-alb-unhealthy-hosts'),
  ...of('database', '', 'pg_stat_activity_count', 'redis_connected_clients', 'aurora-replica-lag-high'),
  ...of('queue', '', 'rabbitmq_queue_messages_ready', 'payments-queue-backlog'),
  ...of('function', '', 'faas.coldstarts'),
  ...of('deployment', '', 'argocd_app_sync_failed', 'release-rollback-started'),
  { name: 'request_rate', target: 'redis-2', component: 'database' },
  { name: 'response_time', target: 'images-lambda', component: 'function' },
  ...of('unknown', '', 'room_humidity'),
];
