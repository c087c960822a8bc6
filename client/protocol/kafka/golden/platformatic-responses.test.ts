import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isFlexible } from '../../api';
import { apis } from '../../apis';
import { everyVersion } from '../../testing/any-message';
import { kafkaCodec } from '../codec';
import { misreadByPlatformatic, platformaticFile } from './platformatic';
import { uniqueMessage, valuesIn } from './unique-message';

/** What it leaves out. */
const unread: Readonly<Record<string, string>> = {
  'Metadata 9': 'clusterAuthorizedOperations',
  'Metadata 10': 'clusterAuthorizedOperations',
};

const written = everyVersion()
  .filter(
    ([name, version, { audience }]) =>
      audience === 'client' &&
      platformaticFile(name, version) !== undefined &&
      !misreadByPlatformatic.has(`${name} ${version}`),
  )
  .map(([name, version, api]) => {
    const message = uniqueMessage(api.response, version);
    const frame = Buffer.concat(kafkaCodec.encodeResponse(api, version, 1, message));
    const hasTags = isFlexible(api, version) && api !== apis.ApiVersions;
    const body = frame.toString('hex', hasTags ? 9 : 8);
    const file = platformaticFile(name, version);
    return { name, version, message, asked: { file, key: api.key, version, body } };
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
  const compared = written.map(({ name, version, message }, i) => ({
    what: `${name} ${version}`,
    read: valuesIn(read[i]).map(withoutDashes),
    message,
  }));
  expect(compared.length).toBeGreaterThan(40);
  expect(compared.map((one) => [one.what, one.read])).toEqual(
    compared.map((one) => [one.what, valuesIn({ ...one.message, [unread[one.what] ?? '']: null })]),
  );
});
