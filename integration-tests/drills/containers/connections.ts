const ESTABLISHED = '01';

/** Addresses with which `/proc/net/tcp` has connections to a port. */
export function establishedTo(table: string, port: number): Set<string> {
  const found = new Set<string>();
  for (const line of table.split('\n')) {
    const [, , remote = '', state] = line.trim().split(/\s+/);
    const [address = '', hexPort = ''] = remote.split(':');
    if (state !== ESTABLISHED || parseInt(hexPort, 16) !== port) continue;
    // A number of this machine's byte order.
    found.add([...Buffer.from(address, 'hex').reverse()].join('.'));
  }
  return found;
}
