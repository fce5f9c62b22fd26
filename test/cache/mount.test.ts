import { describe, expect, it } from 'vitest';
import { mountFlaws, mountOf, parseMounts, type MountFlaw } from '../../src/cache/mount.js';

const TEXT = String.raw`22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
25 22 0:22 / /proc rw,nosuid shared:12 - proc proc rw
40 22 0:40 / /mnt rw,relatime shared:2 master:7 - autofs systemd-1 rw,fd=47
41 40 0:41 / /mnt/mandel rw,relatime - autofs systemd-1 rw,fd=48
42 41 0:42 / /mnt/mandel rw,relatime - nfs4 filer:/mandel rw,vers=4.2,rsize=1048576,hard,proto=tcp,addr=10.0.0.1
43 22 0:43 / /mnt/my\040disk rw - nfs filer:/b rw,vers=3,soft,lookupcache=none,local_lock=none
44 22 0:44 / /mnt/good rw - nfs4 filer:/c rw,vers=4.2,hard,acregmin=1,acregmax=1,lookupcache=none
nonsense
45 22 0:45 / /cut rw -
`;
const MOUNTS = parseMounts(TEXT);

describe('mountinfo', () => {
  it('is taken apart, with and without optional fields; what is no line of it is left out', () => {
    expect(MOUNTS.map(({ point, type }) => `${point} ${type}`)).toEqual([
      '/ ext4',
      '/proc proc',
      '/mnt autofs',
      '/mnt/mandel autofs',
      '/mnt/mandel nfs4',
      '/mnt/my disk nfs',
      '/mnt/good nfs4',
    ]);
    expect(MOUNTS[5].options).toEqual(['rw', 'vers=3', 'soft', 'lookupcache=none', 'local_lock=none']);
    expect(parseMounts('')).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['/', '/', 'ext4'],
    ['/home/a', '/', 'ext4'],
    ['/mnt', '/mnt', 'autofs'],
    ['/mnt/mandel', '/mnt/mandel', 'nfs4'],
    ['/mnt/mandel/a/b', '/mnt/mandel', 'nfs4'],
    ['/mnt/mandel2', '/mnt', 'autofs'],
    ['/mnt/my disk/c', '/mnt/my disk', 'nfs'],
  ])('tells that %s is on %s', (path, point, type) => {
    expect(mountOf(MOUNTS, path)).toMatchObject({ point, type });
  });

  it('may know no mount', () => expect(mountOf([], '/mnt')).toBeNull());
});

describe('a mount for a cache', () => {
  it.each<[string, string, MountFlaw[]]>([
    ['ext4', 'rw,soft', []],
    ['nfs4', 'rw,vers=4.2,hard', ['late']],
    ['nfs4', 'rw,vers=4.2,hard,lookupcache=pos', ['late']],
    ['nfs4', 'rw,vers=4.2,hard,lookupcache=none', []],
    ['nfs', 'rw,vers=3,soft', ['soft', 'late']],
    ['nfs4', 'rw,softerr,lookupcache=none', ['soft']],
    ['nfs4', 'rw,hard,softreval,lookupcache=none', []],
  ])('of type %s with %s: %j', (type, options, flaws) => {
    expect(mountFlaws({ point: '/mnt', type, options: options.split(',') })).toEqual(flaws);
  });
});
