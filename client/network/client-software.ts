/** How this library introduces itself to brokers (KIP-511). A test holds it to package.json. */
export const clientSoftware = { name: 'kafka-classic', version: '0.1.0' } as const;
