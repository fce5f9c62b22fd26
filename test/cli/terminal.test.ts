import { describe, expect, it } from 'vitest';
import { put, newCache } from '../cache/support/scene.js';
import { mandeld } from './support/command-line.js';

describe('names that others have given', () => {
  it('are told of in one line, and move no cursor', async () => {
    const { layout } = await newCache();
    await put(`${layout.todoFolder}/\u001b[2J\nThe cache is sound.\u009b\u007f`, '');
    const { out, code } = await mandeld('check', layout.root);
    expect(code).toBe(1);
    expect(out).toContain('todo/\\x1b[2J\\x0aThe cache is sound.\\x9b\\x7f: stray');
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});
