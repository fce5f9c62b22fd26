import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import type { Packages } from './packages.js';

/** A boot takes 4 to 7 seconds; milliseconds. */
const BOOT_PATIENCE = 60_000;

const running = new Set<Guest>();

/** Ends all guests at once; they would survive this process. */
export function cutAll(): void {
  for (const guest of running) void guest.cut();
}

/** What stays the same from boot to boot. */
export interface Machine {
  readonly packages: Packages;
  /** Shared with the guest: its first program, what it is told, and the logs of its daemons in log/. */
  readonly shared: string;
  readonly repository: string;
  /** The ext4 image. */
  readonly disk: string;
}

/**
 * A user-mode Linux that runs guest.sh: from its start, by {@link Guest.boot}, to a power cut. Emits `ended` with a
 * daemon's name and exit status, and `died` when it ends without having been asked to.
 */
export class Guest extends EventEmitter<{
  ended: [name: string, status: number];
  died: [];
  line: [text: string];
}> {
  private readonly process: ChildProcess;
  private readonly serial: Duplex;
  private readonly gone: Promise<unknown>;
  private isCut = false;

  private constructor(process: ChildProcess) {
    super();
    this.process = process;
    this.serial = process.stdio[3] as Duplex;
    this.serial.on('error', () => undefined); // comes with the end, which is reported otherwise
    running.add(this);
    this.gone = once(process, 'exit').then(() => {
      running.delete(this);
      if (!this.isCut) this.emit('died');
    });
    createInterface({ input: this.serial }).on('line', (text) => {
      this.emit('line', text);
      const [, name, status] = /^ended (\S+) (\d+)$/.exec(text) ?? [];
      if (name !== undefined) this.emit('ended', name, Number(status));
    });
  }

  /**
   * Starts a guest and waits until its mounts are there.
   *
   * @param mount options for mount.nfs
   * @param ahead of the host's time, seconds
   */
  static async boot(machine: Machine, mount: string, ahead: number): Promise<Guest> {
    const { packages, shared, repository } = machine;
    await writeFile(
      join(shared, 'guest.env'),
      variables({
        PACKAGES: packages.root,
        LIBRARIES: packages.libraries,
        MODULES: packages.modules.join(' '),
        REPOSITORY: repository,
        NODE: process.execPath,
        MOUNT: mount,
        AHEAD: String(ahead),
      }),
    );
    const console = openSync(join(shared, 'console'), 'a');
    const args =
      `mem=1G root=/dev/root rootfstype=hostfs rootflags=/ ro ubda=${machine.disk} uml_dir=${shared} quiet ` +
      `init=${join(shared, 'guest.sh')} LAB=${shared} con=null con0=null,fd:1 ssl=null ssl0=fd:3`;
    const guest = new Guest(
      // A process group of its own, so that a cut takes everything that belongs to it.
      spawn(packages.program('linux.uml'), args.split(' '), {
        detached: true,
        stdio: ['ignore', console, console, 'pipe'],
      }),
    );
    closeSync(console);
    try {
      await guest.hears('ready', BOOT_PATIENCE);
    } catch (error) {
      await guest.cut();
      const last = (await readFile(join(shared, 'console'), 'utf8')).trim().split('\n').slice(-5);
      throw new Error(`the guest did not boot: ${last.join('\n')}`, { cause: error });
    }
    return guest;
  }

  /** Gives a command to guest.sh. */
  tell(command: string): void {
    this.serial.write(`${command}\n`);
  }

  /** Waits for a line. */
  async hears(text: string, milliseconds: number): Promise<void> {
    const heard = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the guest did not say "${text}"`)), milliseconds);
      const listen = (line: string): void => {
        if (line !== text && line !== 'failed') return;
        clearTimeout(timer);
        this.off('line', listen);
        if (line === text) resolve();
        else reject(new Error(`the guest failed before it said "${text}"`));
      };
      this.on('line', listen);
    });
    await Promise.race([heard, this.gone.then(() => Promise.reject(new Error('the guest ended')))]);
  }

  /** The power cut. */
  async cut(): Promise<void> {
    this.isCut = true;
    const { pid, exitCode, signalCode } = this.process;
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
    await this.gone;
  }
}

/** A shell's assignments. */
function variables(values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(values).map(
    ([name, value]) => `${name}='${value.replaceAll("'", String.raw`'\''`)}'\n`,
  );
  return lines.join('');
}
