import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Always in packages of our own, whatever the machine has. */
const NEEDED = ['user-mode-linux', 'busybox-static', 'nfs-common', 'nfs-kernel-server', 'rpcbind'];
/** In packages only where the machine does not have the program. */
const PROGRAMS: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  mount: 'mount',
  'mkfs.ext4': 'e2fsprogs',
  e2fsck: 'e2fsprogs',
  debugfs: 'e2fsprogs',
};
/** Modules of the guest's kernel, for what is not built in. */
const MODULES = ['overlay', 'veth', 'nfsd', 'nfsv3', 'nfsv4'];
/** For a download; milliseconds. */
const PATIENCE = 180_000;
/** Where programs are. A user's PATH may not have the last two. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/** The laboratory cannot be had on this machine. */
export class Unavailable extends Error {}

/** Debian packages, unpacked into a folder; nothing is installed. */
export class Packages {
  /** The absolute path of the folder. */
  readonly root: string;
  /** Folders with shared libraries, separated by colons. */
  readonly libraries: string;
  /** Modules in the order in which they must be loaded, relative to the folder. */
  readonly modules: readonly string[];

  private constructor(root: string, libraries: string, modules: readonly string[]) {
    this.root = root;
    this.libraries = libraries;
    this.modules = modules;
  }

  /**
   * Unpacks them, unless that has been done.
   *
   * @param folder absolute
   * @throws Unavailable
   */
  static async get(folder: string): Promise<Packages> {
    const root = join(folder, 'root');
    if (!existsSync(root)) {
      try {
        await unpack(folder, root);
      } catch (error) {
        throw new Unavailable(`its packages could not be had: ${reasonOf(error)}`);
      }
    }
    const files = await readdir(root, { recursive: true, withFileTypes: true });
    const libraries = files.filter(({ name }) => /\.so\./.test(name)).map(({ parentPath }) => parentPath);
    return new Packages(root, [...new Set(libraries)].join(':'), await modulesIn(root));
  }

  /** The path of a program: the package's or, where there is none, the machine's. */
  program(name: string): string {
    const folders = ['usr/bin', 'usr/sbin', 'bin', 'sbin'].map((folder) => join(this.root, folder));
    const found = findIn([...folders, ...FOLDERS], name);
    if (found === undefined) throw new Unavailable(`there is no ${name}`);
    return found;
  }

  /** Runs a program to its end. Exit statuses up to `tolerated` are no errors. */
  async run(name: string, args: readonly string[], tolerated = 0): Promise<string> {
    const path = this.program(name);
    const env = path.startsWith(this.root)
      ? { ...process.env, LD_LIBRARY_PATH: this.libraries }
      : process.env;
    try {
      const { stdout } = await execute(path, args, { env, maxBuffer: 64e6 });
      return stdout;
    } catch (error) {
      const { code, stdout = '' } = error as { code?: unknown; stdout?: string };
      if (typeof code === 'number' && code <= tolerated) return stdout;
      throw new Error(`${name} failed: ${reasonOf(error)}\n${stdout}`, { cause: error });
    }
  }
}

async function unpack(folder: string, root: string): Promise<void> {
  if (process.platform !== 'linux') throw new Error('this is no Linux');
  const archives = join(folder, 'archives');
  await rm(archives, { recursive: true, force: true });
  await mkdir(archives, { recursive: true });
  const missing = Object.entries(PROGRAMS).filter(([program]) => findIn(FOLDERS, program) === undefined);
  const wanted = [...new Set([...NEEDED, ...missing.map(([, name]) => name)])];
  try {
    await download(wanted, archives, []);
  } catch {
    // The system's lists may be missing or old. These are our own, so no rights are needed.
    await Promise.all(
      ['lists/partial', 'cache'].map(async (name) => await mkdir(join(folder, name), { recursive: true })),
    );
    const own = [`Dir::State::Lists=${join(folder, 'lists')}`, `Dir::Cache=${join(folder, 'cache')}`];
    await apt(['update', '--error-on=any'], folder, own);
    await download(wanted, archives, own);
  }
  const unpacked = join(folder, 'unpacked');
  await rm(unpacked, { recursive: true, force: true });
  for (const name of await readdir(archives)) {
    await execute('dpkg', ['-x', join(archives, name), unpacked]);
  }
  // mount.nfs would become the user whom it belongs to, who in the guest is somebody.
  await execute('chmod', ['-R', 'u-s', unpacked]);
  await rename(unpacked, root);
  await rm(archives, { recursive: true });
}

/** Downloads packages, and those that they depend on and the system does not have. */
async function download(
  wanted: readonly string[],
  folder: string,
  options: readonly string[],
): Promise<void> {
  const plan = await apt(['install', '--simulate', '--no-install-recommends', ...wanted], folder, options);
  // "Inst NAME (VERSION ..." is new; "Inst NAME [VERSION] ..." would replace what the system has.
  const added = [...plan.matchAll(/^Inst (\S+) \(/gm)].map(([, name]) => name);
  await apt(['download', ...new Set([...wanted, ...added])], folder, options);
}

async function apt(args: readonly string[], folder: string, options: readonly string[]): Promise<string> {
  const all = ['APT::Sandbox::User=root', 'Acquire::Retries=2', ...options].flatMap((option) => [
    '-o',
    option,
  ]);
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const { stdout } = await execute('apt-get', [...all, ...args], {
    cwd: folder,
    env,
    timeout: PATIENCE,
    maxBuffer: 64e6,
  });
  return stdout;
}

async function modulesIn(root: string): Promise<string[]> {
  const all = join(root, 'usr/lib/uml/modules');
  const [release] = await readdir(all);
  const lines = (await readFile(join(all, release, 'modules.dep'), 'utf8')).split('\n');
  const ordered = new Set<string>();
  for (const module of MODULES) {
    const line = lines.find(
      (text) => text.includes(`/${module}.ko`) && text.split(':')[0].includes(`/${module}.ko`),
    );
    // Each is followed by those that it needs, the deepest last.
    for (const file of (line ?? '')
      .split(/:? +|:/)
      .filter(Boolean)
      .toReversed())
      ordered.add(file);
  }
  return [...ordered].map((file) => join('usr/lib/uml/modules', release, file));
}

function findIn(folders: readonly string[], program: string): string | undefined {
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** The last line of what a program complained about. */
function reasonOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return stderr?.trim().split('\n').at(-1) || message;
}
