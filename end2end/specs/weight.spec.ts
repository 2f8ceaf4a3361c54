// Transfer sizes and layout shift.

import { request } from 'node:http';

import { expect, test } from '../fixtures.ts';
import { paths } from '../pages.ts';

interface Answer {
  headers: Record<string, string | string[] | undefined>;
  bytes: number;
}

/** What really travels: nothing is decompressed. */
function fetchRaw(url: string, encoding: string, cookie: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': encoding, cookie };
    const sent = request(url, { headers, agent: false }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => (bytes += chunk.length));
      answer.on('end', () => resolve({ headers: answer.headers, bytes }));
    });
    sent.once('error', reject);
    sent.end();
  });
}

test('pages and files are small, compressed and kept', { tag: '@javascript' }, async ({ configuration, page, context, server }) => {
  await configuration.open('acme');
  const cookies = await context.cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const sizes: string[] = [];

  for (const encoding of ['br', 'gzip']) {
    const answer = await fetchRaw(`${server.url}${paths.configuration('acme')}`, encoding, cookie);
    sizes.push(`configuration, ${encoding}: ${answer.bytes} bytes`);
    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.bytes).toBeLessThanOrEqual(12 * 1024);
  }

  const files = await page.evaluate(() => performance.getEntriesByType('resource').map((it) => it.name));
  const hashed = files.filter((url) => url.includes('/pkg/'));
  expect(hashed.map((url) => url.replace(/^.*\./, '')).sort()).toEqual(['css', 'js', 'wasm']);
  let script = 0;
  for (const url of hashed) {
    const answer = await fetchRaw(url, 'gzip, deflate, br', '');
    sizes.push(`${url.replace(/^.*\./, '')}: ${answer.bytes} bytes`);
    expect(answer.headers['content-encoding']).toBe('br');
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers['vary']).toContain('accept-encoding');
    if (!url.endsWith('.css')) script += answer.bytes;
  }
  expect(script).toBeLessThanOrEqual(120 * 1024);
  console.log(sizes.join('\n'));
});

test('nothing moves when the page wakes', { tag: '@javascript' }, async ({ page, server, configuration }) => {
  await server.run('feature', 'set', 'orbit_user_preference', 'true');
  let wake: () => void = () => {};
  const places = () =>
    page
      .locator('main :is(h1, h2, label, p, input:not([type=hidden]), time, li, button)')
      .evaluateAll((all) => all.map((it) => {
        const { left, top, width, height } = it.getBoundingClientRect();
        return `${it.tagName} ${left} ${top} ${width} ${height}`;
      }));
  const awake = {
    [paths.configuration('acme')]: 'Save Code Review',
    [paths.configuration('globex')]: 'Save Code Review',
    [paths.preferences]: 'Save Use Orbit in GitLab Duo',
  };
  for (const [address, button] of Object.entries(awake)) {
    const asleep = new Promise<void>((resolve) => (wake = resolve));
    await page.route('**/*.wasm', async (route) => {
      await asleep;
      await route.continue();
    });
    await page.goto(address, { waitUntil: 'domcontentloaded' });
    await expect(page.getByRole('button', { name: button, exact: true })).toBeVisible();
    const before = await places();
    wake();
    await expect(page.getByRole('button', { name: button, exact: true })).toBeHidden();
    expect(await places()).toEqual(before);
    await page.unroute('**/*.wasm');
  }
  expect(configuration.js).toBe(true);
});

test('before the page wakes it works as without JavaScript', { tag: '@javascript' }, async ({
  page,
  configuration,
  engine,
  trouble,
}) => {
  trouble.expect(/Failed to fetch/);
  await page.route('**/*.wasm', (route) => route.abort('aborted'));
  await configuration.open('acme');
  await configuration.codeReview.box.check();
  await configuration.codeReview.saveButton.click();
  await expect(configuration.cancelButton).toBeFocused();
  await configuration.confirmButton.click();
  await configuration.isSaved('Code Review', true);
  expect(await engine('acme', 'developer')).toBe('code_review_flow');
});

test('a browser that never finds the time to wake the page is told to', { tag: '@javascript' }, async ({
  page,
  configuration,
}) => {
  await page.addInitScript(() => {
    window.requestIdleCallback = (wake, options) => (options?.timeout ? window.setTimeout(wake, options.timeout) : 0);
  });
  await configuration.open('acme');
  await configuration.codeReview.ready();
});

test('whoever wants less motion gets none', { tag: '@javascript' }, async ({ page, configuration }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.addInitScript(() => {
    window.addEventListener('pagereveal', (event) => {
      const { viewTransition } = event as Event & { viewTransition: unknown };
      if (viewTransition !== null) document.documentElement.setAttribute('data-moved', '');
    });
  });
  await configuration.open('acme');
  await configuration.codeReview.switch();
  await expect(configuration.dialog).toBeVisible();
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  await configuration.cancelButton.click();
  await page.getByRole('link', { name: 'Audit events' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Audit events' })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.hasAttribute('data-moved'))).toBe(false);
});
