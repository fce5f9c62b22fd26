import { CacheError, systemCode } from './cache-error.js';
import { publish, readBounded } from './files.js';
import { Layout } from './layout.js';
import type { PictureFormat } from '../tile/picture-format.js';

/** Version of what is on disk: folders, names, the .raw format. */
export const FORMAT_VERSION = 1;
/** Version of how samples and pictures are computed: it rises when any bit of a tile would differ. */
export const ALGORITHM_VERSION = 2;
/** Default of {@link Settings.lease}. */
export const DEFAULT_LEASE = 60;
/** cache.json is refused beyond this size, in bytes. */
const MAX_SETTINGS_BYTES = 65536;

/** cache.json: one truth for all daemons. */
export interface Settings {
  /** {@link FORMAT_VERSION} of the cache. */
  readonly format: number;
  /** {@link ALGORITHM_VERSION} of the cache. */
  readonly algorithm: number;
  /** Theme of the pictures. */
  readonly theme: string;
  /** Format of the pictures. */
  readonly image: PictureFormat;
  /** Seconds of silence after which a client counts as dead. */
  readonly lease: number;
}

/** Lease in seconds that a cache may have: an NFS client may see a heartbeat 30 seconds late. */
export const LEASE_RANGE = { min: 2, max: 86400 } as const;

/**
 * Reads the settings of a cache.
 *
 * @throws CacheError when there is no cache, or one of another version, or a damaged cache.json
 */
export async function readSettings(root: string): Promise<Settings> {
  const path = Layout.settingsOf(root);
  let bytes: Uint8Array | null;
  try {
    bytes = await readBounded(path, MAX_SETTINGS_BYTES);
  } catch (error) {
    if (systemCode(error) === 'EFBIG') throw damaged(path, `more than ${MAX_SETTINGS_BYTES} bytes`);
    throw missingCache(root, path, error);
  }
  if (bytes === null) throw missingCache(root, path, null);
  const text = new TextDecoder().decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(path, JSON.stringify(text.slice(0, 60)));
  }
  return checkSettings(path, value);
}

/** Writes the settings of a new cache. */
export async function writeSettings(root: string, settings: Settings): Promise<void> {
  await publish(Layout.settingsOf(root), `${JSON.stringify(settings, null, 2)}\n`);
}

function checkSettings(path: string, value: unknown): Settings {
  if (typeof value !== 'object' || value === null) throw damaged(path, shown(value));
  const { format, algorithm, theme, image, lease } = value as Record<string, unknown>;
  if (!Number.isInteger(format) || !Number.isInteger(algorithm)) {
    throw damaged(path, `format ${shown(format)}, algorithm ${shown(algorithm)}`);
  }
  if (format !== FORMAT_VERSION || algorithm !== ALGORITHM_VERSION) {
    throw new CacheError(
      'EVERSION',
      path,
      `${path} says format ${String(format)}, algorithm ${String(algorithm)}, but this mandeld works with format ` +
        `${FORMAT_VERSION}, algorithm ${ALGORITHM_VERSION}. Tiles of different versions must not be mixed: use the ` +
        'mandeld that made this cache, or start a new one with "mandeld init".',
    );
  }
  if (typeof theme !== 'string' || !/^[A-Za-z]{1,40}$/.test(theme)) {
    throw damaged(path, `theme ${shown(theme)}`);
  }
  if (image !== 'png' && image !== 'jpg') throw damaged(path, `image ${shown(image)}`);
  if (typeof lease !== 'number' || !(lease >= LEASE_RANGE.min && lease <= LEASE_RANGE.max)) {
    throw damaged(path, `lease ${shown(lease)}`);
  }
  return { format: FORMAT_VERSION, algorithm: ALGORITHM_VERSION, theme, image, lease };
}

/** A value in a message: JSON.stringify would follow a nest of lists until the stack ends. */
function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'a list or an object' : JSON.stringify(value);
}

function damaged(path: string, found: string): CacheError {
  return new CacheError(
    'ESETTINGS',
    path,
    `${path} is damaged: expected {"format", "algorithm", "theme", "image": "png" or "jpg", "lease": ` +
      `${LEASE_RANGE.min} to ${LEASE_RANGE.max} seconds}, found ${found.slice(0, 200)}. Restore it from a backup, or from ` +
      'a new cache made with the same options by "mandeld init".',
  );
}

/** @param error null when there is no such file */
function missingCache(root: string, path: string, error: unknown): CacheError {
  const code = systemCode(error) ?? 'unknown';
  if (error === null || code === 'ENOTDIR') {
    return new CacheError(
      'ENOCACHE',
      root,
      `${root} is no cache: it has no cache.json. Check the path and that the file system is mounted, or make a new cache ` +
        `with "mandeld init ${root}".`,
    );
  }
  return new CacheError('ENOCACHE', path, `${path} cannot be read (${code}).`, {
    cause: error,
  });
}
