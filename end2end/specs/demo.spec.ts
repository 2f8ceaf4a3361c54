// The whole demo: every page that it is shown on is accessible and fits a phone.

import { join } from 'node:path';

import { isAccessible } from '../axe.ts';
import { PASSWORD, expect, test } from '../fixtures.ts';
import { paths, signIn } from '../pages.ts';
import { Server } from '../server.ts';

// axe is a script.
test.use({ javaScriptEnabled: true, user: null });
test.describe.configure({ timeout: 180_000 });

test('the pages of the whole demo', async ({ browser, template, js }, testInfo) => {
  test.skip(!js, 'the other specs look at the same pages without JavaScript');
  const server = await Server.start(join(template.directory, `${testInfo.testId}-whole.db`));
  const context = await browser.newContext({ baseURL: server.url });
  try {
    const page = await context.newPage();
    await page.goto(paths.signIn);
    await signIn(page, 'admin', PASSWORD);
    await expect(page.getByText('1–4 of 4')).toBeVisible();
    for (const address of [
      paths.groups,
      `${paths.groups}?open=acme`,
      paths.admin,
      paths.consents,
      paths.people,
      paths.person('data-lead'),
      paths.adminGroups,
      paths.adminSeats,
      paths.adminAuditEvents,
      paths.jobs,
      paths.featureFlags,
      paths.featureFlag('mr_ai_resolve_conflicts'),
      paths.featureGroups,
      paths.overview('acme'),
      paths.overview('umbrella'),
      paths.overview('acme/legacy'),
      paths.overview('acme/data/event-stream.v2'),
      paths.configuration('umbrella'),
      paths.members('acme'),
      paths.members('acme/platform'),
      paths.members('acme/website'),
      paths.seats('acme'),
      paths.seats('globex'),
      paths.auditEvents('umbrella'),
    ]) {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(address);
      await isAccessible(page, address);
      await page.setViewportSize({ width: 320, height: 640 });
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, `how wide ${address} is`).toBeLessThanOrEqual(320);
    }
  } finally {
    await context.close();
    await server.stop();
  }
});
