// Decodes responses with @platformatic/kafka, which is an ES module, for platformatic-responses.test.ts.
// stdin: [{ "file": "consumer/fetch-v12.js", "key": 1, "version": 12, "body": hex }, …]
// stdout: what it read of each
import { Buffer } from 'node:buffer';
import { text } from 'node:stream/consumers';

const main = new URL(import.meta.resolve('@platformatic/kafka'));
const { Reader } = await import(new URL('protocol/reader.js', main));

const plain = (value) => {
  if (typeof value === 'bigint') return Number(value);
  if (Buffer.isBuffer(value)) return value.toString();
  if (value instanceof Map) return [...value].map(([key, inner]) => [key, plain(inner)]);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
};

const read = async ({ file, key, version, body }) => {
  const { parseResponse } = await import(new URL(`apis/${file}`, main));
  try {
    return plain(parseResponse(1, key, version, Reader.from(Buffer.from(body, 'hex'))));
  } catch (error) {
    // Thrown for errors in the response, too, which it holds then.
    return error.response ? plain(error.response) : String(error);
  }
};

const cases = JSON.parse(await text(process.stdin));
console.log(JSON.stringify(await Promise.all(cases.map(read))));
