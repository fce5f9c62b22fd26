import { mkdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { essence } from '../support/essence.js';
import { canMount, runWithMounts } from '../support/own-mounts.js';
import { expectTidy, render, useCaches } from './support/caches.js';
import { BINARY, entries } from './support/mandeld.js';

const caches = useCaches();

/**
 * In a disk of 16 MB: a daemon begins, with work for some seconds; the disk is filled to the last byte; after a while there is space again. What is left is moved out.
 */
const SCRIPT = `
  set -e
  root=$1 node=$2 binary=$3 available=
  mount -t tmpfs -o size=16m none "$root.disk"
  cp -a "$root/." "$root.disk"
  "$node" "$binary" --cache "$root.disk" --client a --workers 2 --min-free 0 --max-level 6 --until-idle 2>"$root.log" &
  daemon=$!
  until grep -q '"started"' "$root.log"; do sleep 0.05; done
  sleep 0.3
  # Again, as long as the daemon frees some: what it could not write it removes.
  n=0
  until [ "$available" = 0 ] || [ $n -eq 100 ]; do
    n=$((n + 1))
    dd if=/dev/zero of="$root.disk/filler$n" bs=4k 2>/dev/null || true
    available=$(df --output=avail "$root.disk" | tail -1 | tr -d ' ')
  done
  echo "$available"
  sleep 3
  rm -f "$root.disk"/filler*
  wait $daemon || { cat "$root.log"; exit 1; }
  rm -rf "$root"
  cp -a "$root.disk" "$root"
  cat "$root.log"
`;

describe('a disk that is filled to the last byte', () => {
  it.runIf(canMount())('makes the daemon wait, and costs nothing', async () => {
    const root = await caches.fresh();
    const straight = await caches.fresh();
    await mkdir(`${root}.disk`);
    const end = runWithMounts(SCRIPT, [root, process.execPath, BINARY], 100_000);
    expect(end.status, end.stdout + end.stderr).toBe(0);
    const [available, ...log] = end.stdout.trim().split('\n');
    expect(Number(available)).toBe(0);
    const told = entries(log.join('\n')).map(({ msg }) => msg);
    expect(told.filter((msg) => msg.startsWith('the disk is full')).length).toBe(1);
    expect(told).toContain('there is space again; going on');
    await render(straight, 6);
    expect(await essence(root)).toEqual(await essence(straight));
    await expectTidy(root);
  });
});
