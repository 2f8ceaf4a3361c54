// *Explain* says which engine would review for whom: every row of the product's engine table.

import { expect, test, type User } from '../fixtures.ts';
import type { Configuration } from '../pages.ts';

const NAMES = {
  flow: 'Code Review Flow',
  classic: 'GitLab Duo Code Review',
  none: 'No review',
};

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

test('the decision is copied as the API answers it', { tag: '@javascript' }, async ({ configuration, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await configuration.open('acme');
  await explain(configuration, 'reviewer', NAMES.classic, 'flow_off_seat');
  await page.getByRole('button', { name: 'Copy as JSON' }).click();
  await expect(page.getByText('Copied', { exact: true })).toBeVisible();
  const copied: unknown = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  expect(copied).toMatchObject({ engine: 'duo_code_review', rule: 'flow_off_seat' });
});
