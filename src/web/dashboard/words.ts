/** A number that people read: 0.04, 1.3, 12,345. */
export function number(value: number): string {
  const digits = value >= 100 ? 0 : value >= 1 ? 1 : 2;
  return Number(value.toFixed(digits)).toLocaleString('en');
}

/** A length of time. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

/** An amount of data. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(count || 1) / 10)));
  return `${number(count / 1024 ** power)} ${units[power]}`;
}

/** An address, which may have thousands of digits. */
export function address(text: string): string {
  return text.length <= 28 ? text : `${text.slice(0, 12)}…${text.slice(-12)}`;
}
