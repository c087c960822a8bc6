import { createServer, type AddressInfo } from 'node:net';

// Takes bytes and answers with one byte when the sender is done.
const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on('data', () => {});
  socket.on('end', () => socket.end('.'));
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
