import { ClientOptionsError } from '../network';

/**
 * Programs without types forget things; a record for the topic "undefined" would be looked for
 * until `maxBlockMs` are over.
 *
 * @throws ClientOptionsError
 */
function assertTopic(topic: unknown): void {
  if (typeof topic === 'string' && topic !== '') return;
  throw new ClientOptionsError(
    `The topic to send to is ${topic === '' ? 'empty' : String(topic)}.`,
    "Name it, for instance send({ topic: 'orders', messages: [{ value: 'x' }] }).",
  );
}

/** @throws ClientOptionsError */
export function assertSendRequest(request: { topic: unknown; messages: unknown }): void {
  assertTopic(request.topic);
  if (Array.isArray(request.messages)) return;
  throw new ClientOptionsError(
    'messages is not a list.',
    "Give a list, for instance send({ topic: 'orders', messages: [{ value: 'x' }] }).",
  );
}
