/** What every call of the admin takes. */
export interface AdminCallOptions {
  /** Milliseconds for the whole call, repetitions included. Default: the client's `apiTimeout`. */
  timeoutMs?: number;
}

export interface ValidatedCallOptions extends AdminCallOptions {
  /** Check only, change nothing. Default false. */
  validateOnly?: boolean;
}
