import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const apis = join(dirname(require.resolve('@platformatic/kafka')), 'apis');
const folders = ['admin', 'consumer', 'metadata', 'producer'];

/**
 * The module of @platformatic/kafka for a version of an API, below its folder of APIs; undefined
 * when there is none. As they are called there: OffsetForLeaderEpoch 4 is
 * consumer/offset-for-leader-epoch-v4.js.
 */
export function platformaticFile(api: string, version: number): string | undefined {
  const words = api.replaceAll(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  return folders
    .map((folder) => `${folder}/${words}-v${version}.js`)
    .find((file) => existsSync(join(apis, file)));
}

/** What it reads otherwise than Kafka writes: two fields taken for each other, compact strings too early. */
export const misreadByPlatformatic: ReadonlySet<string> = new Set([
  'OffsetForLeaderEpoch 4',
  'DescribeConfigs 2',
  'DescribeConfigs 3',
]);

/** What it writes otherwise than Kafka reads: a field that the version has no more, and one that it does not have yet. */
export const miswrittenByPlatformatic: ReadonlySet<string> = new Set([
  'Metadata 11',
  'DescribeConfigs 2',
]);
