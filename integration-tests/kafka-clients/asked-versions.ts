const LINE =
  /^kafka_network_requests_by_version_total\{api="(\w+)",version="(\d+)",protocol="kafka"\} (\d+)/gm;

/**
 * What brokers were asked for over the Kafka wire, as `Produce 7`, and how often. Brokers that are
 * down are left out.
 *
 * @param endpoints their `http.listener`s
 */
export async function askedVersions(endpoints: readonly string[]): Promise<Map<string, number>> {
  const asked = new Map<string, number>();
  for (const endpoint of endpoints) {
    const page = await fetch(`http://${endpoint}/metrics`).then(
      (response) => response.text(),
      () => '',
    );
    for (const [, api, version, count] of page.matchAll(LINE)) {
      const key = `${api} ${version}`;
      asked.set(key, (asked.get(key) ?? 0) + Number(count));
    }
  }
  return asked;
}

/** What was asked for in between. A broker that was started again counts from 0. */
export function askedSince(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): string[] {
  return [...after].flatMap(([key, count]) => (count === before.get(key) ? [] : [key])).sort();
}
