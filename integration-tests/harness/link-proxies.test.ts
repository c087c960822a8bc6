import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { LinkProxies } from './link-proxies';

/** For documentation only: no machine has it. */
const NOT_OURS = '203.0.113.7';

const machines: Server[] = [];
let links: LinkProxies | undefined;
afterEach(async () => {
  await links?.close();
  for (const machine of machines.splice(0)) machine.close();
});

/** Tells everybody who connects what it is. @returns its port */
async function machine(name: string): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => undefined).write(name));
  machines.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function whoIs(address: string): Promise<string> {
  const [host, port] = address.split(':');
  const socket = connect(Number(port), host);
  const [name] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return name.toString();
}

async function twoBrokers(host?: string) {
  const [port, peerPort] = [await machine('one to clients'), await machine('one to peers')];
  const two = { id: 2, port: await machine('two to clients'), peerPort: await machine('two') };
  return LinkProxies.open({
    brokers: [{ id: 1, port, peerPort }, two],
    servers: [{ id: 1, port: await machine('server') }],
    ...(host !== undefined && { host }),
  });
}

test('every link has a proxy of its own, which leads where the link does', async () => {
  links = await twoBrokers();
  expect([...links.all()]).toHaveLength(6);
  expect(await whoIs(links.client(1).address)).toBe('one to clients');
  expect(await whoIs(links.peer(2, 1).address)).toBe('one to peers');
  expect(await whoIs(links.zookeeper(2, 1).address)).toBe('server');
  expect(links.overridesOf(2)).toBe(`1=${links.peer(2, 1).address}`);
  expect(links.connectStringOf(1)).toBe(links.zookeeper(1, 1).address);
  expect(() => links?.peer(1, 1)).toThrow('There is no proxy from broker 1 to broker 1.');
});

test('tells which server a broker is connected to', async () => {
  links = await twoBrokers();
  expect(links.serverOf(1)).toBeUndefined();
  const socket = connect(links.zookeeper(1, 1).port, '127.0.0.1');
  await once(socket, 'data');
  expect(links.serverOf(1)).toBe(1);
  expect(links.serverOf(2)).toBeUndefined();
  socket.destroy();
});

test('an address that is not of this machine is an error', async () => {
  await expect(twoBrokers(NOT_OURS)).rejects.toThrow('EADDRNOTAVAIL');
});
