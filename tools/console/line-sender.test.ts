import { SendError, type ProducerMessage } from '../../client/producer';
import { LineSender, type LineProducer } from './line-sender';

const messages = ['a', 'b', 'c'].map((value): ProducerMessage => ({ key: null, value }));
const report = { topic: 't', partition: 0, offset: 0, timestamp: 0 };

function fake(parts: Partial<LineProducer>): LineProducer {
  return {
    produce: () => Promise.resolve(report),
    sendBatch: () => Promise.resolve([]),
    drained: () => Promise.resolve(),
    flush: () => Promise.resolve(),
    ...parts,
  };
}

describe('lines are sent', () => {
  test('and those that did not arrive are told by number', async () => {
    const told: [number, string][] = [];
    const sendBatch = (): Promise<never> =>
      Promise.reject(new SendError('t', 3, [{ index: 1, error: new Error('no') }], []));
    const sender = new LineSender(fake({ sendBatch }), {
      topic: 't',
      sync: false,
      onFailure: (line, error) => told.push([line, error.message]),
    });
    await sender.send(messages, 11);
    await sender.settle();
    expect(told).toEqual([[12, 'no']]);
    expect(sender.failed).toBe(1);
  });

  test('and counted until they have arrived or failed', async () => {
    let arrive = (): void => {};
    const sendBatch = (): Promise<never[]> =>
      new Promise((resolve) => (arrive = () => resolve([])));
    const sender = new LineSender(fake({ sendBatch }), {
      ...{ topic: 't', sync: false, onFailure: () => {} },
    });
    await sender.send(messages, 1);
    expect(sender.unacknowledged).toBe(3);
    arrive();
    await sender.settle();
    expect(sender.unacknowledged).toBe(0);
  });

  test('one by one, up to the first that fails', async () => {
    const sent: unknown[] = [];
    const produce = (_: string, value: unknown): Promise<typeof report> => {
      sent.push(value);
      return value === 'b' ? Promise.reject(new Error('no')) : Promise.resolve(report);
    };
    const options = { topic: 't', sync: true, onFailure: () => {} };
    const sender = new LineSender(fake({ produce }), options);
    await expect(sender.send(messages, 1)).rejects.toThrow('no');
    expect(sent).toEqual(['a', 'b']);
  });
});
