/** The options by which a place to listen at was given. */
export interface ListenOptions {
  readonly portOption: string;
  readonly hostOption: string;
  /** What else might listen there. */
  readonly rival: string;
}

/** Why nothing can listen at a place, and what to do. */
export function describeListenMistake(
  code: string,
  host: string,
  port: number,
  { portOption, hostOption, rival }: ListenOptions,
): string {
  const place = `${portOption} ${port} of ${hostOption} ${host}`;
  switch (code) {
    case 'EADDRINUSE':
      return `${place} is in use, perhaps by ${rival} (${code}). Choose another port, or 0 for any that is free.`;
    case 'EACCES':
      return `${place} is not for this user (${code}). Choose a port from 1024 up, or 0 for any that is free.`;
    default:
      return `nothing can listen at ${place} (${code}). Is that an address of this machine? 127.0.0.1 always is, 0.0.0.0 is all.`;
  }
}
