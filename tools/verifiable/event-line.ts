/**
 * An event as one line of JSON, time and name first: what kafkatest reads from verifiable clients.
 *
 * @param time milliseconds since 1970
 */
export function eventLine(time: number, name: string, facts: object = {}): string {
  return JSON.stringify({ timestamp: time, name, ...facts });
}

/** Keys and values are texts here. */
export function textOf(bytes: Uint8Array | string | null): string | null {
  if (bytes === null || typeof bytes === 'string') return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
