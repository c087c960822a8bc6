import type { Api } from './api';
import { ApiVersions } from './messages/api-versions';
import { CreatePartitions } from './messages/create-partitions';
import { CreateTopics } from './messages/create-topics';
import { DeleteRecords } from './messages/delete-records';
import { DeleteTopics } from './messages/delete-topics';
import { DescribeCluster } from './messages/describe-cluster';
import { DescribeConfigs } from './messages/describe-configs';
import { DescribeLogDirs } from './messages/describe-log-dirs';
import { Fetch } from './messages/fetch';
import { IncrementalAlterConfigs } from './messages/incremental-alter-configs';
import { ListOffsets } from './messages/list-offsets';
import { Metadata } from './messages/metadata';
import { Produce } from './messages/produce';

/** Every API of the protocol, by name. */
export const apis = {
  Produce,
  Fetch,
  ListOffsets,
  Metadata,
  ApiVersions,
  CreateTopics,
  DeleteTopics,
  DeleteRecords,
  DescribeConfigs,
  DescribeLogDirs,
  CreatePartitions,
  IncrementalAlterConfigs,
  DescribeCluster,
} as const;

export type ApiName = keyof typeof apis;

const byKey = new Map<number, Api>(Object.values(apis).map((api) => [api.key, api as Api]));

export function apiByKey(key: number): Api | undefined {
  return byKey.get(key);
}

/** All APIs in order of their keys. */
export function allApis(): Api[] {
  return [...byKey.values()].sort((a, b) => a.key - b.key);
}
