import fs from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** Of the engine's own file system, what is used here; it is not among its types. */
interface NodeFileSystem {
  readonly stream_ops: { fsync?: (stream: Stream) => number };
  realPath(node: unknown): string;
}

interface Stream {
  /** File descriptor; none of a folder. */
  readonly nfd?: number | null;
  readonly node: unknown;
}

/** What the engine is started with: its own parameters switch fsync off, and its fdatasync does nothing. */
export const DURABLE: string[] = [
  ...PGlite.defaultStartParams.filter((one) => one !== '-F'),
  '-c',
  'fsync=on',
  '-c',
  'wal_sync_method=fsync',
];

/**
 * A folder for the embedded database that survives a power cut. PGlite runs PostgreSQL with fsync off, on a file system to which fsync says nothing;
 * here it has the system's. Together with {@link DURABLE} PostgreSQL's own promise holds: what was committed stays.
 */
export class DurableFS extends NodeFS {
  override async init(...[engine, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(engine, options);
    const addFsync = (module: unknown): void => {
      const { NODEFS } = module as { readonly NODEFS: NodeFileSystem };
      NODEFS.stream_ops.fsync = ({ nfd, node }) => {
        if (typeof nfd === 'number') fs.fsyncSync(nfd);
        else syncFolder(NODEFS.realPath(node));
        return 0;
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), addFsync] } };
  }
}

/** Waits until a folder's names are on the disk. */
function syncFolder(path: string): void {
  const descriptor = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
