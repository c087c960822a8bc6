import { ManualClock } from '../../client/runtime/manual-clock';
import { Conversation } from './conversation';
import { Heartbeat } from './heartbeat';
import { ReadDeadline } from './read-deadline';

const TIMEOUT_MS = 6000;
const PING = -2;
const NOTIFICATION = -1;
const GET_DATA = 4;
const SET_DATA = 5;
const SYNC = 9;

function message(xid: number, type = GET_DATA): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeInt32BE(16, 0);
  bytes.writeInt32BE(xid, 4);
  bytes.writeInt32BE(type, 8);
  return bytes;
}

function setUp() {
  const clock = new ManualClock();
  const conversation = new Conversation();
  conversation.sent(message(0), clock.monotonic());
  conversation.handshakeAnswered();
  const happened: string[] = [];
  const heartbeat = new Heartbeat(clock);
  heartbeat.start(TIMEOUT_MS, conversation, {
    sync: () => {
      happened.push(`sync ${clock.monotonic()}`);
      conversation.sent(message(1, SYNC), clock.monotonic());
    },
    giveUp: () => {
      happened.push(`give up ${clock.monotonic()}`);
      heartbeat.stop();
    },
    gap: () => happened.push('gap'),
  });
  return { clock, conversation, happened };
}

describe('Heartbeat', () => {
  test('is sent whatever is received meanwhile', () => {
    const { clock, conversation, happened } = setUp();
    for (let i = 0; i < 10; i++) {
      clock.advance(100);
      conversation.received(message(NOTIFICATION));
      conversation.received(message(1));
    }
    expect(happened).toEqual(['sync 500', 'sync 1000']);
  });

  test('gives up when an answer is owed for half the session timeout', () => {
    const { clock, happened } = setUp();
    clock.advance(TIMEOUT_MS);
    // The sync of 500 is unanswered; 4000 is the first look after 500 + 3000.
    expect(happened.at(-1)).toBe('give up 4000');
  });

  test('is spared by writes, for the leader answers them, and not by reads', () => {
    const { clock, conversation, happened } = setUp();
    const talk = (type: number): void => {
      for (let xid = 1; xid <= 10; xid++) {
        clock.advance(100);
        conversation.sent(message(xid, type), clock.monotonic());
        conversation.received(message(xid));
      }
    };
    talk(SET_DATA);
    expect(happened).toEqual([]);
    talk(GET_DATA);
    expect(happened).toEqual(['sync 1500', 'sync 2000']);
  });
});

describe('ReadDeadline', () => {
  test('lets one check pass after the event loop stood still', () => {
    const deadline = new ReadDeadline(TIMEOUT_MS, 500, 0);
    expect(deadline.check(5000, 100)).toEqual({ gapMs: 4500, silentMs: 0 });
    expect(deadline.check(5500, 100)).toEqual({ gapMs: 0, silentMs: 5400 });
  });
});

describe('Conversation', () => {
  test('knows the sending time of what was answered last', () => {
    const conversation = new Conversation();
    conversation.sent(message(0), 10);
    expect(conversation.lastAnsweredSentAt).toBe(0);
    conversation.handshakeAnswered();
    expect(conversation.lastAnsweredSentAt).toBe(10);
    conversation.sent(message(1), 20);
    conversation.sent(message(PING), 30);
    conversation.sent(message(2), 40);
    expect(conversation.oldestUnanswered).toBe(20);
    conversation.received(message(1));
    expect(conversation.oldestUnanswered).toBe(30);
    expect(conversation.lastAnsweredSentAt).toBe(20);
    conversation.received(message(PING));
    conversation.received(message(2));
    expect(conversation.oldestUnanswered).toBeUndefined();
    expect(conversation.lastAnsweredSentAt).toBe(40);
  });
});
