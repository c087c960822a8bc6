import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { SharedReads } from './shared-reads';

const reads = new SharedReads();
let server: Server;
let client: Socket;
let accepted: Socket;

beforeEach(async () => {
  server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  [[accepted]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [
    [Socket],
    unknown,
  ];
});

afterEach(() => {
  client.destroy();
  server.close();
});

/** The other end, and what it has got so far. */
function attach() {
  const got = { text: '', lasting: undefined as boolean | undefined };
  const socket = reads.attach(accepted, (bytes, lasting) => {
    got.text += bytes.toString();
    got.lasting = lasting;
    socket.emit('got');
  });
  return { socket, got };
}

test('bytes come in memory that is used again', async () => {
  const { socket, got } = attach();
  expect(socket.remoteAddress).toBe('127.0.0.1');
  socket.resume();
  client.write('one');
  await once(socket, 'got');
  client.write('two');
  await once(socket, 'got');
  expect(got).toEqual({ text: 'onetwo', lasting: false });
  socket.destroy();
});

test('nothing is read while it is paused, also from within a read', async () => {
  const { socket, got } = attach();
  expect(socket.isPaused()).toBe(true);
  client.write('one');
  socket.once('got', () => socket.pause());
  socket.resume();
  await once(socket, 'got');
  await new Promise((sent) => client.write('two', sent));
  // Two turns, in which a socket that is read would be read.
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
  expect(got.text).toBe('one');
  socket.resume();
  await once(socket, 'got');
  expect(got.text).toBe('onetwo');
  socket.destroy();
});

test('an end may be answered, and a close is told', async () => {
  const { socket, got } = attach();
  const closed = once(socket, 'close');
  socket.resume();
  client.end('question');
  await once(socket, 'end');
  expect(got.text).toBe('question');
  socket.end('answer');
  const [answer] = (await once(client, 'data')) as [Buffer];
  expect(answer.toString()).toBe('answer');
  await closed;
});

test('the old socket has let go', () => {
  const { socket } = attach();
  accepted.destroy();
  expect(socket.destroyed).toBe(false);
  socket.destroy();
});

test('a socket without a handle is read as it is', async () => {
  const plain = new Duplex({ read: () => {}, write: () => {} }) as Socket;
  const seen: [string, boolean][] = [];
  const socket = reads.attach(plain, (bytes, lasting) => seen.push([bytes.toString(), lasting]));
  expect(socket).toBe(plain);
  plain.push('bytes');
  await once(plain, 'data');
  expect(seen).toEqual([['bytes', true]]);
});
