import { exceptions } from './library';

/** An error number the library has no name for. */
export class UnlistedCodeError extends Error {
  constructor(readonly code: number) {
    super(`ZooKeeper error ${code}`);
    this.name = 'UnlistedCodeError';
  }

  getCode(): number {
    return this.code;
  }
}

let tamed = false;

/**
 * The library throws inside its socket handler when the server answers with a number it does not
 * know (quota, throttling, moved session, …), which ends the process. From here on it makes an
 * error of it, like of any other number.
 */
export function tameUnknownCodes(): void {
  if (tamed) return;
  tamed = true;
  const original = exceptions.create;
  exceptions.create = (code, path) => {
    try {
      return original(code, path);
    } catch {
      return new UnlistedCodeError(code);
    }
  };
}
