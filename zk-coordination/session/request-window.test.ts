import { ManualClock } from '../../client/runtime/manual-clock';
import type { Packet } from './library';
import { NeverSentError } from './packet-queue';
import { DeadlineError, RequestWindow, WindowFullError } from './request-window';
import { existsRequest } from './requests';

function setUp() {
  const clock = new ManualClock();
  const wire: Packet['callback'][] = [];
  const link = { ready: true };
  const window = new RequestWindow({
    clock,
    operationTimeoutMs: 1000,
    maxInFlight: 2,
    maxWaiting: 3,
    ready: () => link.ready,
    send: (_request, callback) => wire.push(callback),
  });
  const results: string[] = [];
  const submit = (name: string): void =>
    window.submit(existsRequest('/x', false), (error) => {
      const how = error instanceof DeadlineError ? `${error.name} sent=${error.sent}` : error?.name;
      results.push(`${name} ${how ?? 'ok'}`);
    });
  return { clock, wire, link, window, results, submit };
}

describe('RequestWindow', () => {
  test('sends no more than fit and goes on in order as answers come', () => {
    const { wire, results, submit } = setUp();
    for (const name of ['a', 'b', 'c', 'd']) submit(name);
    expect(wire).toHaveLength(2);
    wire[0]!(null);
    expect(wire).toHaveLength(3);
    for (const answer of wire.slice(1)) answer(null);
    wire[3]!(null);
    expect(results).toEqual(['a ok', 'b ok', 'c ok', 'd ok']);
  });

  test('refuses what would wait behind too many', () => {
    const { results, submit } = setUp();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) submit(name);
    expect(results).toEqual([`f ${WindowFullError.name}`]);
  });

  test('tells at the deadline whether the request had been sent', () => {
    const { clock, wire, results, submit } = setUp();
    submit('a');
    clock.advance(400);
    submit('b');
    submit('c');
    clock.advance(700);
    expect(results).toEqual(['a DeadlineError sent=true']);
    clock.advance(400);
    expect(results).toEqual([
      'a DeadlineError sent=true',
      'b DeadlineError sent=true',
      'c DeadlineError sent=false',
    ]);
    // Late answers free the places and reach nobody; what ran out of time is not sent any more.
    for (const answer of [...wire]) answer(null);
    expect(wire).toHaveLength(2);
    expect(results).toHaveLength(3);
    expect(clock.pending).toBe(0);
  });

  test('hands nothing to a dead connection', () => {
    const { wire, link, window, results, submit } = setUp();
    for (const name of ['a', 'b', 'c']) submit(name);
    link.ready = false;
    wire[0]!(new Error('lost'));
    expect(wire).toHaveLength(2);
    window.rejectWaiting();
    expect(results).toEqual(['a Error', `c ${NeverSentError.name}`]);
  });
});
