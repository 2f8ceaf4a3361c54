// The program under test: started on its own database, stopped with SIGTERM.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '..');
const binary = resolve(root, process.env['DUO_CONSOLE_BIN'] ?? 'target/release/duo-console');

/** Nothing that the surroundings configure may reach the program. */
function environment(): NodeJS.ProcessEnv {
  const ours = ([name]: [string, unknown]) => !name.startsWith('DUO_') && name !== 'DATABASE_URL';
  return Object.fromEntries(Object.entries(process.env).filter(ours));
}

/** Runs a command of the program against the database and returns what it prints. */
export async function command(database: string, ...words: string[]): Promise<string> {
  const all = [...words, '--database-url', `sqlite://${database}`];
  const { stdout } = await promisify(execFile)(binary, all, { cwd: root, env: environment() });
  return stdout.trim();
}

export class Server {
  private constructor(
    readonly url: string,
    readonly database: string,
    private readonly process: ChildProcess,
    private readonly lines: string[],
    /** What it printed for the operator. */
    readonly said: string[],
  ) {}

  /** Resolves once the server says where it listens. */
  static async start(database: string, options: string[] = ['--demo']): Promise<Server> {
    const words = ['serve', ...options, '--listen', '127.0.0.1:0', '--database-url', `sqlite://${database}`];
    const child = spawn(binary, words, { cwd: root, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
    const log: string[] = [];
    const out: string[] = [];
    createInterface(child.stderr).on('line', (line) => log.push(line));
    const url = await new Promise<string>((found, failed) => {
      createInterface(child.stdout).on('line', (line) => {
        out.push(line);
        const said = /^Duo Console: (http:\/\/\S+?)\/?$/.exec(line)?.[1];
        if (said !== undefined) found(said);
      });
      child.once('error', failed);
      child.once('exit', (code) => failed(new Error(`the server ended with ${code}:\n${log.join('\n')}`)));
    });
    return new Server(url, database, child, log, out);
  }

  get log(): string {
    return this.lines.join('\n');
  }

  /** Runs a command of the program against this server's database. */
  run(...words: string[]): Promise<string> {
    return command(this.database, ...words);
  }

  /** The exit code after SIGTERM. */
  async stop(): Promise<number | string | null> {
    if (this.process.exitCode !== null) return this.process.exitCode;
    const exited = once(this.process, 'exit') as Promise<[number | null, string | null]>;
    this.process.kill('SIGTERM');
    const [code, signal] = await exited;
    return code ?? signal;
  }
}
