import { establishedTo } from './connections';

test('addresses of established connections to a port', () => {
  const table = `
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid
   0: 00000000:2384 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
   1: 070018AC:C350 020018AC:0885 01 00000000:00000000 00:00000000 00000000     0
   2: 070018AC:C351 030018AC:0885 02 00000000:00000000 00:00000000 00000000     0
   3: 070018AC:C352 040018AC:2384 01 00000000:00000000 00:00000000 00000000     0
`;
  expect(establishedTo(table, 2181)).toEqual(new Set(['172.24.0.2']));
});
