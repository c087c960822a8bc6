import type { CreateOptions } from './create-options';
import type { ZkStat } from './stat';

/** Matches whatever version the znode has. Has to be asked for by name. */
export const ANY_VERSION = -1;

/** One operation of a multi. Versions are mandatory: "any" has to be written as `ANY_VERSION`. */
export type ZkOp =
  | { readonly type: 'check'; readonly path: string; readonly version: number }
  | ({
      readonly type: 'create';
      readonly path: string;
      readonly data: Buffer | null;
    } & CreateOptions)
  | { readonly type: 'set'; readonly path: string; readonly data: Buffer; readonly version: number }
  | { readonly type: 'delete'; readonly path: string; readonly version: number };

/** What the operation of the same index brought. */
export type ZkOpResult =
  | { readonly type: 'check' }
  | { readonly type: 'create'; readonly path: string }
  | { readonly type: 'set'; readonly stat: ZkStat }
  | { readonly type: 'delete' };
