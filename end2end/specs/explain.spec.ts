// *Explain* says which engine would review for whom, and which version of a flow would run: every row
// of the product's tables.

import type { Locator } from '@playwright/test';

import { expect, test, type User } from '../fixtures.ts';
import { type Configuration, Toggle, paths } from '../pages.ts';

const NAMES = {
  flow: 'Code Review Flow',
  classic: 'GitLab Duo Code Review',
  none: 'No review',
};

const VERSION = 'Which version of Developer runs';

/** Asks which version of the developer flow runs. */
async function version(configuration: Configuration, user: User): Promise<Locator> {
  const panel = configuration.page.getByRole('region', { name: 'Explain' });
  await panel.getByLabel('Question').selectOption(VERSION);
  await panel.getByLabel('User name').fill(user);
  await panel.getByRole('button', { name: 'Explain' }).click();
  return panel;
}

/** And expects this answer, by this rule. */
async function runs(configuration: Configuration, user: User, answer: string, rule: string): Promise<void> {
  const panel = await version(configuration, user);
  await expect(panel.getByRole('row', { name: /^User / })).toContainText(`@${user}`);
  await expect(panel.getByRole('status').first()).toContainText(answer);
  await expect(panel.getByRole('table', { name: `Rule ${rule}, from these inputs` })).toBeVisible();
  await expect(panel.getByLabel('Question')).toHaveValue('developer/v1');
}

async function explain(configuration: Configuration, user: User, engine: string, rule: string): Promise<void> {
  const panel = configuration.page.getByRole('region', { name: 'Explain' });
  await panel.getByLabel('User name').fill(user);
  await panel.getByRole('button', { name: 'Explain' }).click();
  await expect(panel.getByRole('row', { name: 'User' })).toContainText(`@${user}`);
  await expect(panel.getByRole('status').first()).toContainText(engine);
  await expect(panel.getByRole('table', { name: `Rule ${rule}, from these inputs` })).toBeVisible();
}

test('every row of the engine table', async ({ configuration }) => {
  await configuration.open('acme');
  await explain(configuration, 'reviewer', NAMES.classic, 'flow_off_seat');
  await explain(configuration, 'developer', NAMES.none, 'flow_off_no_seat');

  await configuration.open('globex');
  await explain(configuration, 'reviewer', NAMES.classic, 'flow_on_without_consent_seat');
  await explain(configuration, 'developer', NAMES.flow, 'flow_on_without_consent_no_seat');

  await configuration.open('acme');
  await configuration.consent();
  await explain(configuration, 'reviewer', NAMES.flow, 'flow_on_with_consent');
  await explain(configuration, 'developer', NAMES.flow, 'flow_on_with_consent');
  const consent = configuration.page.getByRole('row', { name: 'Consent' });
  await expect(consent).toContainText(/given/);
});

test('a name that nobody has is kept, and said to be nobody', async ({ configuration, page }) => {
  await configuration.open('acme');
  await page.getByLabel('User name').fill('nobody-here');
  await page.getByRole('button', { name: 'Explain' }).click();
  await expect(page.getByRole('region', { name: 'Explain' }).getByRole('alert')).toHaveText(
    'There is no user nobody-here. Check the name.',
  );
  await expect(page.getByLabel('User name')).toHaveValue('nobody-here');
});

test('every row of the table of the developer flow', async ({ configuration, page, server, visit, js }) => {
  await configuration.open('acme');
  await runs(configuration, 'reviewer', 'developer/v1 2.0.0', 'default');
  await expect(page.getByRole('row', { name: 'Deployed there' })).toContainText('not known');

  await server.run('feature', 'set', 'duo_developer_next_unstable', 'true', '--group', 'acme');
  await runs(configuration, 'reviewer', 'developer_unstable/experimental 1.0.0', 'duo_developer_next_unstable');

  await server.run('feature', 'set', 'orbit_user_preference', 'true');
  await server.run('feature', 'set', 'duo_developer_orbit', 'true', '--user', 'reviewer');
  const theirs = await visit('reviewer');
  await theirs.goto(paths.preferences);
  const orbit = new Toggle(theirs, js, 'Use Orbit in GitLab Duo');
  await orbit.switch();
  await expect(orbit.undoButton).toBeVisible();
  await runs(configuration, 'reviewer', 'developer/v1 2.0.0-orbit', 'duo_developer_orbit');
  await runs(configuration, 'developer', 'developer_unstable/experimental 1.0.0', 'duo_developer_next_unstable');
});

test('a version that is not deployed names the flag to switch off', async ({ configuration, server, request }) => {
  const scope = ['--scope', 'manage_flow_versions'];
  const token = await server.run('token', 'create', '--user', 'admin', '--name', 'gateway', ...scope);
  const kept = await request.put('/api/v1/flow_versions', {
    headers: { authorization: `Bearer ${token}` },
    data: {
      environment: 'production',
      version: 0,
      definitions: [{ definition: 'developer/v1', versions: ['2.0.0'] }],
    },
  });
  expect(kept.status()).toBe(200);
  await configuration.open('acme');
  await runs(configuration, 'developer', 'developer/v1 2.0.0', 'default');

  const flag = 'duo_developer_next_unstable';
  await server.run('feature', 'set', flag, 'true');
  const panel = await version(configuration, 'developer');
  await expect(panel.getByRole('alert')).toContainText(`Switch off the feature flag ${flag}`);

  await server.run('feature', 'set', flag, 'false');
  await runs(configuration, 'developer', 'developer/v1 2.0.0', 'default');
});

test('the decision is copied as the API answers it', { tag: '@javascript' }, async ({ configuration, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await configuration.open('acme');
  await explain(configuration, 'reviewer', NAMES.classic, 'flow_off_seat');
  await page.getByRole('button', { name: 'Copy as JSON' }).click();
  await expect(page.getByText('Copied', { exact: true })).toBeVisible();
  const copied: unknown = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  expect(copied).toMatchObject({ engine: 'duo_code_review', rule: 'flow_off_seat' });
});
