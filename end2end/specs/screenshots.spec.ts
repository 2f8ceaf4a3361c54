// The screenshots of the documentation, regenerated with UPDATE_SCREENSHOTS=1.

import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures.ts';
import { Toggle, paths } from '../pages.ts';

const directory = resolve(import.meta.dirname, '../../docs/images');

async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  const path = resolve(directory, `${name}.png`);
  await page.screenshot({ path, fullPage, animations: 'disabled', caret: 'hide' });
  expect((await stat(path)).size, `${name} is small`).toBeLessThanOrEqual(150 * 1024);
}

test('pictures', { tag: '@javascript' }, async ({ configuration, page, server, js }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await server.run('feature', 'set', 'orbit_user_preference', 'true');

  await page.goto(paths.groups);
  await picture(page, 'groups');
  await page.goto(paths.overview('globex'));
  await picture(page, 'overview');

  await configuration.open('globex');
  await configuration.codeReview.ready();
  await picture(page, 'transitional');
  await configuration.open('acme');
  await configuration.codeReview.switch();
  await expect(configuration.dialog).toBeVisible();
  await picture(page, 'consent-dialog');
  await configuration.confirmButton.click();
  await configuration.isSaved('Code Review', true);
  await page.mouse.move(0, 0);
  await picture(page, 'configuration');
  await page.emulateMedia({ colorScheme: 'dark' });
  await picture(page, 'configuration-dark');
  await page.emulateMedia({ colorScheme: 'light' });

  await page.goto(`${paths.configuration('acme')}?explain_user=developer`);
  const explain = page.getByRole('region', { name: 'Explain' });
  await expect(page.getByRole('button', { name: 'Copy as JSON' })).toBeVisible();
  const box = await explain.boundingBox();
  if (box !== null) await page.setViewportSize({ width: 1280, height: Math.ceil(box.height) + 120 });
  await explain.scrollIntoViewIfNeeded();
  await picture(page, 'explain');
  await page.setViewportSize({ width: 1280, height: 900 });

  await page.setViewportSize({ width: 1280, height: 1000 });
  await page.goto(`${paths.apiDocs}#decide_code_review`);
  await picture(page, 'api-docs');
  await page.emulateMedia({ colorScheme: 'dark' });
  await picture(page, 'api-docs-dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 900 });

  await page.goto(paths.auditEvents('acme'));
  await picture(page, 'audit-events');

  await page.goto(paths.preferences);
  await new Toggle(page, js, 'Use Orbit in GitLab Duo').switch();
  await expect(page.getByRole('checkbox', { name: 'Agentic Chat' })).toBeVisible();
  await page.reload();
  await new Toggle(page, js, 'Use Orbit in GitLab Duo').ready();
  await picture(page, 'preferences', true);

  await page.setViewportSize({ width: 320, height: 640 });
  await configuration.open('globex');
  await configuration.codeReview.ready();
  await picture(page, 'phone-configuration');
  await page.getByRole('button', { name: 'Review and consent' }).click();
  await expect(configuration.dialog).toBeVisible();
  await picture(page, 'phone-consent-dialog');
});
