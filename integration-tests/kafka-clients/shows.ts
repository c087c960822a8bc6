import { test } from '@jest/globals';
import type { TestedClient } from './tested-client';

/**
 * A test of something that a client does with our brokers. Without the client it passes, and says
 * that it has not looked.
 */
export function shows(client: TestedClient, feature: string, body: () => Promise<void>): void {
  test(`${client.name}: ${feature}`, async () => {
    if (client.version !== null) return body();
    console.warn(`SKIPPED: ${feature}. This machine has no ${client.name}.`);
  });
}
