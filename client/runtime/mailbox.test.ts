import { deferred } from './deferred';
import { Mailbox } from './mailbox';

test('handles one event at a time, in order, to its end', async () => {
  const trace: string[] = [];
  const gate = deferred();
  const mailbox = new Mailbox<string>(
    async (event) => {
      trace.push(`${event} begins`);
      if (event === 'a') await gate.promise;
      trace.push(`${event} ends`);
    },
    () => {},
  );
  mailbox.put('a');
  mailbox.put('b');
  expect(trace).toEqual(['a begins']);
  gate.resolve();
  await mailbox.idle();
  expect(trace).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

test('goes on after a failure and says which event failed', async () => {
  const failures: unknown[] = [];
  const done: number[] = [];
  const mailbox = new Mailbox<number>(
    (event) => {
      if (event === 1) throw new Error('no');
      done.push(event);
    },
    (error, event) => failures.push([(error as Error).message, event]),
  );
  mailbox.put(1);
  mailbox.put(2);
  await mailbox.idle();
  expect(failures).toEqual([['no', 1]]);
  expect(done).toEqual([2]);
});

test('clearAndPut drops what waits, not what is being handled', async () => {
  const done: string[] = [];
  const gate = deferred();
  const mailbox = new Mailbox<string>(
    async (event) => {
      if (event === 'first') await gate.promise;
      done.push(event);
    },
    () => {},
  );
  mailbox.put('first');
  mailbox.put('second');
  expect(mailbox.clearAndPut('expire')).toEqual(['second']);
  gate.resolve();
  await mailbox.idle();
  expect(done).toEqual(['first', 'expire']);
});
