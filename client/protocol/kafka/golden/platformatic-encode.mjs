// Encodes requests with @platformatic/kafka, which is an ES module, for platformatic-requests.test.ts.
// stdin: [{ "file": "consumer/heartbeat-v4.js", "args": […] }, …]; { "int64": "1" } and
// { "bytes": hex } stand for what JSON does not have
// stdout: the body of each in hex, or why it could not be written
import { Buffer } from 'node:buffer';
import { text } from 'node:stream/consumers';

const main = new URL(import.meta.resolve('@platformatic/kafka'));

const revive = (_, value) => {
  if (value?.int64 !== undefined) return BigInt(value.int64);
  if (value?.bytes !== undefined) return Buffer.from(value.bytes, 'hex');
  return value;
};

const write = async ({ file, args }) => {
  const { createRequest } = await import(new URL(`apis/${file}`, main));
  try {
    return createRequest(...args).buffer.toString('hex');
  } catch (error) {
    return String(error);
  }
};

const cases = JSON.parse(await text(process.stdin), revive);
console.log(JSON.stringify(await Promise.all(cases.map(write))));
