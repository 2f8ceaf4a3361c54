// A phone: 320 px wide, nothing scrolls sideways, and the navigation folds.

import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures.ts';
import { DIALOG, Toggle, makeResetLink, paths, signIn } from '../pages.ts';

test.use({ viewport: { width: 320, height: 640 } });

async function fits(page: Page): Promise<void> {
  // Elements are there, and count as visible, before the style sheet is.
  await page.waitForLoadState();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, `how wide ${page.url()} is`).toBeLessThanOrEqual(320);
}

test('no page scrolls sideways', async ({ page, server, configuration, js, visit, trouble }) => {
  trouble.expect(/status of 40[34]/);
  await server.run('feature', 'set', 'orbit_user_preference', 'true');
  const addresses = [
    paths.groups,
    `${paths.groups}?open=acme`,
    `${paths.groups}?search=acme`,
    paths.overview('acme'),
    paths.overview('globex'),
    paths.overview('acme/platform/runtime'),
    paths.configuration('acme'),
    paths.configuration('globex'),
    paths.configuration('initech'),
    paths.configuration('acme/platform/runtime'),
    `${paths.configuration('acme')}?explain_user=reviewer`,
    `${paths.configuration('acme')}?explain=developer%2Fv1&explain_user=reviewer`,
    paths.auditEvents('acme'),
    paths.members('acme'),
    paths.members('acme/platform/api'),
    `${paths.members('acme')}?user=review&find=people`,
    `${paths.members('acme')}?change=developer`,
    `${paths.members('acme')}?remove=owner&last_owner=yes`,
    paths.preferences,
    paths.accessTokens,
    paths.activeSessions,
    paths.password,
    paths.confirm,
    `${paths.jump}?q=acme`,
    '/no/such/page',
  ];
  for (const address of addresses) {
    await page.goto(address);
    await fits(page);
  }

  await configuration.open('globex');
  await configuration.codeReview.ready();
  await page.getByRole('button', { name: 'Review and consent' }).click();
  await expect(configuration.dialog).toBeVisible();
  await fits(page);
  for (const button of [configuration.cancelButton, configuration.confirmButton]) {
    await expect(button).toBeInViewport({ ratio: 1 });
  }
  await expect(configuration.dialog.getByText(DIALOG.revert)).toBeInViewport({ ratio: 1 });
  await configuration.confirmButton.click();
  await configuration.isSaved('Code Review', true);
  await fits(page);
  await page.goto(paths.auditEvents('globex'));
  await fits(page);

  await page.goto(paths.preferences);
  await new Toggle(page, js, 'Use Orbit in GitLab Duo').switch();
  await expect(page.getByRole('checkbox', { name: 'Agentic Chat' })).toBeVisible();
  await fits(page);

  await page.goto(paths.accessTokens);
  await page.getByLabel('Name').fill('a-name-without-any-place-to-break-it-'.repeat(2));
  await page.getByRole('checkbox', { name: 'read_decisions' }).check();
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.getByRole('status').getByRole('code')).toBeVisible();
  await fits(page);

  const forbidden = await visit('developer');
  await forbidden.goto(paths.configuration('acme'));
  await fits(forbidden);
  const nobody = await visit(null);
  await nobody.goto(paths.signIn);
  await fits(nobody);
  const admin = await visit('admin');
  const link = await makeResetLink(admin, 'developer');
  await fits(admin);
  await nobody.goto(link);
  await fits(nobody);

  await server.run('feature', 'set', 'duo_developer_orbit', 'true', '--environment', 'staging');
  await server.run('feature', 'set', 'duo_developer_orbit', 'true', '--project', 'acme/platform/api');
  const long = 'a_group_without_any_place_to_break_its_name_at_all';
  await server.run('feature', 'group', long, '--user', 'reviewer', '--project', 'acme/platform/api');
  await server.run('feature', 'set', 'duo_developer_orbit', 'true', '--feature-group', long, '--environment', 'staging');
  await server.run('feature', 'freeze', 'staging-ref', '--reason', 'a-reason-without-any-place-to-break-it-'.repeat(3));
  for (const address of [
    paths.people,
    `${paths.people}?search=nobody-like-it`,
    paths.newPerson,
    paths.person('reviewer'),
    paths.featureFlags,
    `${paths.featureFlags}?freeze=dev&reason=why`,
    paths.admin,
    paths.consents,
    paths.featureGroups,
    paths.adminGroups,
    `${paths.adminGroups}?search=nothing`,
    paths.newGroup,
    `${paths.newGroup}?parent=acme/platform&kind=project`,
    paths.editGroup('acme'),
    `${paths.editGroup('acme')}?confirm=move&to=globex`,
    `${paths.editGroup('acme')}?confirm=delete`,
    paths.jobs,
    paths.adminSeats,
    paths.seats('acme'),
    paths.seats('acme/platform'),
    paths.import,
    paths.featureGroup(long),
    `${paths.featureGroup(long)}?kind=user&name=re`,
    paths.featureFlag('duo_developer_orbit'),
    paths.featureFlag('duo_code_review_flow_priority', 'staging-ref'),
    `${paths.featureFlag('duo_developer_orbit')}&change=on`,
    `${paths.featureFlag('duo_developer_orbit')}&change=actors+12.34&due_at=2030-01-01T10:00`,
    `${paths.featureFlag('duo_developer_orbit')}&change=open&kind=user&name=re`,
    `${paths.featureFlag('duo_developer_orbit')}&eval_user=reviewer&eval_group=&eval_project=acme/platform/api`,
  ]) {
    await admin.goto(address);
    await fits(admin);
  }
});

test('the longest names fit', async ({ server, visit }) => {
  const username = '_'.padEnd(255, 'w');
  const password = await server.run('user', 'create', username, '--name', 'W'.repeat(128), '--generate-password');
  const page = await visit(null);
  await page.goto(paths.signIn);
  await signIn(page, username, password.trim());
  for (const address of [paths.groups, paths.preferences, paths.activeSessions, paths.password, paths.confirm]) {
    await page.goto(address);
    await fits(page);
  }
  await page.getByRole('button', { name: 'Account menu' }).click();
  const menu = page.locator('#account-menu');
  await expect(menu).toContainText(`@${username}`);
  expect(await menu.evaluate((it) => it.scrollWidth - it.clientWidth)).toBeLessThanOrEqual(0);
  const admin = await visit('admin');
  for (const address of [`${paths.people}?search=${username}`, paths.person(username), paths.adminAuditEvents]) {
    await admin.goto(address);
    await fits(admin);
  }
  await makeResetLink(admin, username);
  await fits(admin);
});

test('the navigation folds behind a button', async ({ page, configuration }) => {
  await configuration.open('acme');
  const navigation = page.getByRole('navigation', { name: 'Acme' });
  await expect(navigation).toBeHidden();
  await page.getByRole('button', { name: 'Menu', exact: true }).click();
  await expect(navigation).toBeVisible();
  await navigation.getByRole('link', { name: 'Audit events' }).click();
  await expect(page).toHaveURL(paths.auditEvents('acme'));
  await expect(page.getByRole('navigation', { name: 'Acme' })).toBeHidden();
});

test('the navigation stands at the left from 768 px on', async ({ page, configuration }) => {
  await page.setViewportSize({ width: 768, height: 800 });
  await configuration.open('acme');
  await expect(page.getByRole('navigation', { name: 'Acme' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Menu', exact: true })).toBeHidden();
});
