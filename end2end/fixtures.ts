// Test fixtures: a server with its own copy of the demo database, a page with a signed-in user, and a guard
// that fails the test on browser errors and warnings.

import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { test as base, expect, type APIRequestContext, type BrowserContext, type Page } from '@playwright/test';

import { Configuration } from './pages.ts';
import { Server, command } from './server.ts';

export { expect };

export const PASSWORD = 'duo-console-demo';
const USERS = ['admin', 'owner', 'maintainer', 'developer', 'reviewer', 'outsider'] as const;
export type User = (typeof USERS)[number];

export type Engine = 'code_review_flow' | 'duo_code_review' | 'none';
type StorageState = Awaited<ReturnType<APIRequestContext['storageState']>>;

/** A database with the small demo data in which everybody is signed in already. Each test gets a copy. */
interface Template {
  directory: string;
  database: string;
  sessions: Record<User, StorageState>;
  /** When they signed in, as `Date.now()` says it. */
  signedInAt: number;
  /** Of `owner`, with the scopes to ask for decisions and to read settings. */
  token: string;
}

/** What the browser complained about. */
export class Trouble {
  private readonly seen: string[] = [];
  private readonly expected: RegExp[] = [
    // What skips the animation from page to page, such as another click, is nobody's fault.
    /Transition was (aborted|skipped)/,
    // Without scripts it never is; and a busy machine takes longer than Chromium waits.
    /was preloaded using link preload but not used/,
  ];

  constructor(private readonly js: boolean) {}

  /** A complaint that belongs to the test. */
  expect(complaint: RegExp): void {
    this.expected.push(complaint);
  }

  watch(context: BrowserContext): void {
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.seen.push(`console: ${message.text()}`);
    });
    context.on('weberror', (error) => this.seen.push(`uncaught: ${error.error().message}`));
    context.on('requestfailed', (request) => {
      const why = request.failure()?.errorText;
      // Whoever leaves a page no longer waits for what it was loading; and a browser that runs no scripts
      // says of each that it was refused.
      const fine = why === 'net::ERR_ABORTED' || (!this.js && why === 'csp');
      if (!fine) this.seen.push(`${why}: ${request.method()} ${request.url()}`);
    });
  }

  get unexpected(): string[] {
    return this.seen.filter((complaint) => !this.expected.some((pattern) => pattern.test(complaint)));
  }
}

export interface Options {
  /** Whether the pages' scripts run. */
  js: boolean;
  /** Who is signed in on `page`; `null` is nobody. */
  user: User | null;
  /** What `serve` is told besides the demo data. */
  serve: string[];
}

interface Fixtures {
  server: Server;
  trouble: Trouble;
  /** The configuration page, in `page`. */
  configuration: Configuration;
  /** A page of a browser of its own with somebody else signed in. */
  visit: (user: User | null) => Promise<Page>;
  /** The API with `owner`'s token. */
  api: APIRequestContext;
  /** The engine that the decision API names, asked now. */
  engine: (namespace: string, user: User) => Promise<Engine>;
}

/** The pages as they are without JavaScript, also where the tests themselves need some. */
async function withoutScript(context: BrowserContext): Promise<void> {
  const body = 'export default () => new Promise(() => {});';
  await context.route('**/pkg/*.js', (route) => route.fulfill({ contentType: 'text/javascript', body }));
}

export const test = base.extend<Fixtures & Options, { template: Template }>({
  user: ['owner', { option: true }],

  serve: [[], { option: true }],

  template: [
    async ({ playwright }, use) => {
      const directory = await mkdtemp(join(tmpdir(), 'duo-console-end2end-'));
      const database = join(directory, 'template.db');
      await command(database, 'demo', '--small');
      const server = await Server.start(database);
      const sessions: Partial<Record<User, StorageState>> = {};
      for (const username of USERS) {
        const request = await playwright.request.newContext({ baseURL: server.url });
        await request.post('/users/sign_in', {
          form: { username, password: PASSWORD },
          headers: { origin: server.url },
          maxRedirects: 0,
        });
        sessions[username] = await request.storageState();
        await request.dispose();
      }
      const signedInAt = Date.now();
      await server.stop();
      const scopes = ['--scope', 'read_decisions', '--scope', 'read_settings'];
      const token = await command(database, 'token', 'create', '--user', 'owner', '--name', 'tests', ...scopes);
      await use({ directory, database, sessions: sessions as Record<User, StorageState>, signedInAt, token });
      await rm(directory, { recursive: true });
    },
    { scope: 'worker' },
  ],

  server: async ({ template, serve }, use, testInfo) => {
    const database = join(template.directory, `${testInfo.testId}-${testInfo.repeatEachIndex}.db`);
    await copyFile(template.database, database);
    const server = await Server.start(database, ['--demo', ...serve]);
    await use(server);
    const code = await server.stop();
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('server log', { body: server.log, contentType: 'text/plain' });
    }
    for (const ending of ['', '-wal', '-shm']) await rm(`${database}${ending}`, { force: true });
    expect(code, `the server stops when it is told to\n${server.log}`).toBe(0);
  },

  trouble: async ({ js }, use) => {
    const trouble = new Trouble(js);
    await use(trouble);
    expect(trouble.unexpected, 'complaints of the browser').toEqual([]);
  },

  js: [true, { option: true }],

  javaScriptEnabled: async ({ js }, use) => use(js),

  baseURL: async ({ server }, use) => use(server.url),

  storageState: async ({ template, user }, use) => use(user === null ? undefined : template.sessions[user]),

  context: async ({ context, trouble, js }, use) => {
    if (!js) await withoutScript(context);
    trouble.watch(context);
    await use(context);
  },

  configuration: async ({ page, js }, use) => use(new Configuration(page, js)),

  visit: async ({ browser, server, template, trouble, js, javaScriptEnabled }, use) => {
    const opened: BrowserContext[] = [];
    await use(async (user) => {
      const storageState = user === null ? { cookies: [], origins: [] } : template.sessions[user];
      const context = await browser.newContext({ baseURL: server.url, storageState, javaScriptEnabled });
      if (!js) await withoutScript(context);
      trouble.watch(context);
      opened.push(context);
      return context.newPage();
    });
    for (const context of opened) await context.close();
  },

  api: async ({ playwright, server, template }, use) => {
    const api = await playwright.request.newContext({
      baseURL: server.url,
      extraHTTPHeaders: { authorization: `Bearer ${template.token}` },
    });
    await use(api);
    await api.dispose();
  },

  engine: async ({ api }, use) =>
    use(async (namespace, user) => {
      const answer = await api.get('/api/v1/decisions/code_review', { params: { namespace, user } });
      expect(answer.status()).toBe(200);
      const decision = (await answer.json()) as { engine: Engine };
      return decision.engine;
    }),
});
