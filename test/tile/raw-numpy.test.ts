import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeRaw, encodeRaw } from '../../src/tile/raw.js';
import { fingerprint, patchyTile } from '../support/tiles.js';

/** Reads the archive as the formats' documents say, and by numpy where there is one; SHA-256 of the samples. */
const READ = `
import ast, hashlib, json, struct, sys, zipfile
out = {}
digest = hashlib.sha256()
with zipfile.ZipFile(sys.argv[1]) as archive:
    out['damaged'] = archive.testzip()
    out['names'] = archive.namelist()
    out['stamps'] = sorted(set(info.date_time for info in archive.infolist()))
    out['headers'] = []
    for name in archive.namelist():
        data = archive.read(name)
        assert data[:8] == b'\\x93NUMPY\\x01\\x00'
        length, = struct.unpack('<H', data[8:10])
        assert (10 + length) % 64 == 0 and data[9 + length:10 + length] == b'\\n'
        header = ast.literal_eval(data[10:10 + length].decode('latin1'))
        out['headers'].append([header['descr'], header['fortran_order'], list(header['shape'])])
        body = data[10 + length:]
        code = {'<i4': 'i', '<i2': 'h'}[header['descr']]
        values = struct.unpack('<%d%s' % (257 * 257, code), body)
        out[name] = [min(values), max(values), values[0], values[-1], sum(values)]
        digest.update(body)
out['sha256'] = digest.hexdigest()
try:
    import numpy, io
except ImportError:
    numpy = None
if numpy is not None:
    with numpy.load(sys.argv[1], allow_pickle=False) as arrays:
        period, distance = arrays['period'], arrays['log2_distance']
        out['numpy'] = {
            'period': [str(period.dtype), list(period.shape)],
            'log2_distance': [str(distance.dtype), list(distance.shape)],
            'sha256': hashlib.sha256(period.tobytes() + distance.tobytes()).hexdigest(),
        }
        written = io.BytesIO()
        numpy.save(written, period)
        with zipfile.ZipFile(sys.argv[1]) as archive:
            out['numpy']['saves_the_same'] = written.getvalue() == archive.read('period.npy')
    rewritten = zipfile.ZipFile(sys.argv[2], 'w', zipfile.ZIP_DEFLATED)
    for name, array in (('period', period), ('log2_distance', distance)):
        written = io.BytesIO()
        numpy.save(written, array)
        rewritten.writestr(name + '.npy', written.getvalue())
    rewritten.close()
print(json.dumps(out))
`;

interface Reading {
  damaged: string | null;
  names: string[];
  stamps: number[][];
  headers: [string, boolean, number[]][];
  'period.npy': number[];
  'log2_distance.npy': number[];
  sha256: string;
  numpy?: {
    period: [string, number[]];
    log2_distance: [string, number[]];
    sha256: string;
    saves_the_same: boolean;
  };
}

const samples = patchyTile(5);
let folder = '';
let reading: Reading;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mandeld-raw-'));
  writeFileSync(join(folder, 'M.raw'), encodeRaw(samples));
  const python = spawnSync('python3', ['-c', READ, join(folder, 'M.raw'), join(folder, 'rewritten.raw')], {
    encoding: 'utf8',
  });
  expect(python.stderr).toBe('');
  reading = JSON.parse(python.stdout) as Reading;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function summary(plane: Int32Array | Int16Array): number[] {
  const values = Array.from(plane);
  return [
    values.reduce((a, b) => Math.min(a, b)),
    values.reduce((a, b) => Math.max(a, b)),
    values[0],
    values[values.length - 1],
    values.reduce((a, b) => a + b, 0),
  ];
}

describe('python reads a .raw', () => {
  test('as a sound ZIP archive of two files from 1980', () => {
    expect(reading.damaged).toBeNull();
    expect(reading.names).toEqual(['period.npy', 'log2_distance.npy']);
    expect(reading.stamps).toEqual([[1980, 1, 1, 0, 0, 0]]);
  });

  test('as .npy files of version 1.0 that hold the same numbers', () => {
    expect(reading.headers).toEqual([
      ['<i4', false, [257, 257]],
      ['<i2', false, [257, 257]],
    ]);
    expect(reading['period.npy']).toEqual(summary(samples.period));
    expect(reading['log2_distance.npy']).toEqual(summary(samples.log2Distance));
    expect(reading.sha256).toBe(fingerprint(samples));
  });

  test('by numpy.load, where there is numpy, and numpy.save writes the same bytes', ({ skip }) => {
    if (!reading.numpy) return skip('python3 has no numpy here');
    expect(reading.numpy).toEqual({
      period: ['int32', [257, 257]],
      log2_distance: ['int16', [257, 257]],
      sha256: fingerprint(samples),
      saves_the_same: true,
    });
  });
});

test("an archive that python's zipfile wrote from numpy.save is read", ({ skip }) => {
  if (!reading.numpy) return skip('python3 has no numpy here');
  expect(fingerprint(decodeRaw(readFileSync(join(folder, 'rewritten.raw'))))).toBe(fingerprint(samples));
});
