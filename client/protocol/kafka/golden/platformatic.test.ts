import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isFlexible } from '../../api';
import { apis } from '../../apis';
import { everyVersion } from '../../testing/any-message';
import { kafkaCodec } from '../codec';
import { uniqueMessage, valuesIn } from './unique-message';

const folders = ['admin', 'consumer', 'metadata', 'producer'];

/** What it reads otherwise than Kafka writes: two fields taken for each other, compact strings too early. */
const misread = new Set(['OffsetForLeaderEpoch 4', 'DescribeConfigs 2', 'DescribeConfigs 3']);
/** What it leaves out. */
const unread: Readonly<Record<string, string>> = {
  'Metadata 9': 'clusterAuthorizedOperations',
  'Metadata 10': 'clusterAuthorizedOperations',
};

/** As its files are called: OffsetForLeaderEpoch 4 is offset-for-leader-epoch-v4.js. */
function fileName(api: string, version: number): string {
  const words = api.replaceAll(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  return `${words}-v${version}.js`;
}

const written = everyVersion()
  .filter(
    ([name, version, { audience }]) => audience === 'client' && !misread.has(`${name} ${version}`),
  )
  .flatMap(([name, version, api]) => {
    const message = uniqueMessage(api.response, version);
    const frame = Buffer.concat(kafkaCodec.encodeResponse(api, version, 1, message));
    const hasTags = isFlexible(api, version) && api !== apis.ApiVersions;
    const body = frame.toString('hex', hasTags ? 9 : 8);
    return folders.map((folder) => {
      const file = `${folder}/${fileName(name, version)}`;
      return { name, version, message, asked: { file, key: api.key, version, body } };
    });
  });

/** Its uuids have dashes. */
function withoutDashes(value: string): string {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
    ? Buffer.from(value.replaceAll('-', ''), 'hex').toString('base64url')
    : value;
}

test('@platformatic/kafka reads from every response it knows what was written', () => {
  const script = join(__dirname, 'platformatic-decode.mjs');
  const input = JSON.stringify(written.map(({ asked }) => asked));
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], { input });
  expect(`${status} ${stderr.toString()}`).toBe('0 ');
  const read = JSON.parse(stdout.toString()) as unknown[];
  const compared = written.flatMap(({ name, version, message }, i) =>
    read[i] === null
      ? []
      : [{ what: `${name} ${version}`, read: valuesIn(read[i]).map(withoutDashes), message }],
  );
  expect(compared.length).toBeGreaterThan(40);
  expect(compared.map((one) => [one.what, one.read])).toEqual(
    compared.map((one) => [one.what, valuesIn({ ...one.message, [unread[one.what] ?? '']: null })]),
  );
});
