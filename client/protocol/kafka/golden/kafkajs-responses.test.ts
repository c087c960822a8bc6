import { everyVersion } from '../../testing/any-message';
import { kafkaCodec } from '../codec';
import { kafkaJsApis, kafkaJsFile } from './kafkajs';
import { uniqueMessage, valuesIn } from './unique-message';

interface ResponseModule {
  decode(payload: Buffer): Promise<object>;
}

const cases = everyVersion().filter(
  ([name, version]) => kafkaJsFile(name, version, 'response') !== undefined,
);

test("KafkaJS's decoders cover what it is said to speak", () => {
  expect(new Set(cases.map(([name]) => name))).toEqual(new Set(Object.keys(kafkaJsApis)));
});

test.each(cases)(
  'KafkaJS reads from %s response %d what was written',
  async (name, version, api) => {
    const written = uniqueMessage(api.response, version);
    const frame = Buffer.concat(kafkaCodec.encodeResponse(api, version, 1, written));
    const file = kafkaJsFile(name, version, 'response') as string;
    const found = jest.requireActual<ResponseModule | ((request: object) => ResponseModule)>(file);
    const { decode } = typeof found === 'function' ? found({ topics: [] }) : found;
    const read = await decode(frame.subarray(8));
    expect(valuesIn(read)).toEqual(valuesIn(leaveOut(unread[name], written)));
  },
);

/** What it leaves out of these. */
const unread: Readonly<Record<string, string>> = {
  AlterPartitionReassignments: 'errorMessage',
  ListPartitionReassignments: 'errorMessage',
};

/** The message without the fields of a name. */
function leaveOut(name: string | undefined, message: unknown): unknown {
  if (name === undefined || typeof message !== 'object' || message === null) return message;
  if (Array.isArray(message)) return message.map((element) => leaveOut(name, element));
  const kept = Object.entries(message).filter(([key]) => key !== name);
  return Object.fromEntries(kept.map(([key, value]) => [key, leaveOut(name, value)]));
}
