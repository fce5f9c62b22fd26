/** Mounted file systems, as /proc/self/mountinfo of Linux tells them. */

/** A mount. */
export interface Mount {
  /** Where it is mounted. */
  readonly point: string;
  /** Type of the file system: `ext4`, `nfs4`. */
  readonly type: string;
  /** Options of the file system, such as `hard` or `lookupcache=none`. */
  readonly options: readonly string[];
}

/** What an NFS mount should be like, see docs/operations.md. */
export const NFS_OPTIONS = 'vers=4.2,hard,lookupcache=none,actimeo=1';

/** Takes the text of mountinfo apart; see proc_pid_mountinfo(5). Lines that are none are left out. */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    // Between the sixth field and the hyphen stands any number of others.
    const hyphen = fields.indexOf('-', 6);
    if (hyphen < 0 || fields.length < hyphen + 4) return [];
    const [type, , options] = fields.slice(hyphen + 1);
    return [{ point: unescape(fields[4]), type, options: options.split(',') }];
  });
}

/** Spaces, tabs, newlines and backslashes stand as three octal digits. */
function unescape(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

/**
 * The mount that holds a path; null when none does.
 *
 * @param mounts in the order of mountinfo: of two at one place, the later one covers the earlier one
 * @param path absolute, without links
 */
export function mountOf(mounts: readonly Mount[], path: string): Mount | null {
  let found: Mount | null = null;
  for (const mount of mounts) {
    const { point } = mount;
    const holds = point === '/' || path === point || path.startsWith(`${point}/`);
    if (holds && point.length >= (found?.point.length ?? 0)) found = mount;
  }
  return found;
}

/** What is wrong with a mount for a shared directory: a `soft` one loses writes, a `late` one shows changes of others late. */
export type MountFlaw = 'soft' | 'late';

/** The flaws of a mount, the worst first; only NFS is judged. */
export function mountFlaws({ type, options }: Mount): MountFlaw[] {
  if (type !== 'nfs' && type !== 'nfs4') return [];
  const flaws: MountFlaw[] = [];
  if (options.includes('soft') || options.includes('softerr')) flaws.push('soft');
  if (!options.includes('lookupcache=none')) flaws.push('late');
  return flaws;
}
