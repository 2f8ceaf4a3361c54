// Administrators find a feature flag, see how it is set where, and change it: each change is shown
// first, and nothing that was typed is lost.

import type { Locator, Page } from '@playwright/test';

import { expect, test } from '../fixtures.ts';
import { paths } from '../pages.ts';

test.use({ user: 'admin' });

const FLAG = 'duo_developer_orbit';

const gates = (page: Page): Locator => page.getByRole('region', { name: /^Gates in / });
const dialog = (page: Page): Locator => page.getByRole('dialog');
const note = (page: Page): Locator => page.getByRole('main').getByRole('status').first();

async function confirm(page: Page, name: string): Promise<void> {
  await expect(dialog(page)).toBeVisible();
  await dialog(page).getByRole('button', { name, exact: true }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(note(page)).toContainText('Saved.');
}

test('a flag is found by name, state, type and age', async ({ page, server }) => {
  await server.run('feature', 'set', FLAG, 'true', '--environment', 'staging');
  await page.goto(paths.people);
  await page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Feature flags' }).click();
  await expect(page).toHaveURL(paths.featureFlags);
  const flags = page.getByRole('main').getByRole('listitem').filter({ has: page.getByRole('list', { name: 'Environments' }) });
  await expect(flags).toHaveCount(5);
  await page.getByLabel('Search', { exact: true }).fill('orbit');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(flags).toHaveCount(2);
  await page.getByLabel('State', { exact: true }).selectOption('On');
  await page.getByLabel('State in').selectOption('staging');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(flags).toHaveCount(1);
  await expect(flags.getByRole('listitem').filter({ hasText: 'staging' }).first()).toContainText('On');
  await page.getByLabel('Type').selectOption('Beta');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.getByText('No flag fits the filter.')).toBeVisible();
  await page.getByRole('link', { name: 'Clear the filter' }).click();
  await page.getByLabel('Age').selectOption('Changed in the last 7 days');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(flags).toHaveCount(1);
  await flags.getByRole('link', { name: FLAG }).click();
  await expect(page.getByRole('heading', { level: 1, name: FLAG })).toBeVisible();
});

test('actors are added, opted out and removed, and a name that nobody has is not lost', async ({ page, server }) => {
  await server.run('feature', 'set', FLAG, 'true', '--environment', 'staging');
  await page.goto(paths.featureFlag(FLAG));
  await expect(gates(page)).toContainText('Nothing is set: off by default.');
  await page.getByLabel('User name or path').fill('revi');
  await page.getByRole('button', { name: 'Open for this actor' }).click();
  await expect(page.getByRole('alert')).toContainText('There is no user revi.');
  await expect(page.getByLabel('User name or path')).toHaveValue('revi');
  await expect(page.getByLabel('User name or path')).toBeFocused();
  await page.getByRole('alert').getByRole('link', { name: 'user reviewer' }).click();
  await expect(dialog(page)).toContainText('On for 1 actor.');
  await dialog(page).getByLabel('Reason (optional)').fill('They asked');
  await confirm(page, 'Open for user reviewer');
  await expect(gates(page)).toContainText('On for 1 actor.');

  await page.getByLabel('Kind').selectOption('project');
  await page.getByLabel('User name or path').fill('acme/website');
  await page.getByRole('button', { name: 'Opt this actor out' }).click();
  await confirm(page, 'Opt out project acme/website');
  await expect(gates(page)).toContainText('On for 1 actor, 1 opted out.');

  await page.getByRole('link', { name: 'Remove user reviewer' }).click();
  await confirm(page, 'Remove user reviewer');
  await page.getByRole('link', { name: 'End the opt-out of project acme/website' }).click();
  await confirm(page, 'End the opt-out of project acme/website');
  await expect(gates(page)).toContainText('Off for everyone.');
  await page.getByRole('link', { name: 'Go back to the default' }).click();
  await confirm(page, 'Go back to the default');
  await expect(gates(page)).toContainText('Nothing is set: off by default.');
  await expect(page.getByRole('region', { name: 'History in production' }).getByRole('listitem')).toHaveCount(5);
});

test('what surprises is said first, and Cancel changes nothing', async ({ page, server, js }) => {
  await server.run('feature', 'set', FLAG, 'true', '--environment', 'staging');
  await server.run('feature', 'set', FLAG, 'true', '--group', 'acme');
  const ways: Array<() => Promise<void>> = [() => dialog(page).getByRole('link', { name: 'Cancel' }).click()];
  if (js) ways.push(() => page.keyboard.press('Escape'));
  for (const way of ways) {
    await page.goto(paths.featureFlag(FLAG));
    await page.getByRole('link', { name: 'Turn on for everyone' }).click();
    await expect(dialog(page)).toContainText('This takes away actors, groups, percentages or opt-outs that are set.');
    await expect(dialog(page).getByRole('link', { name: 'Cancel' })).toBeFocused();
    await expect(async () => {
      await way();
      await expect(dialog(page)).toBeHidden({ timeout: 1_000 });
    }).toPass();
    await expect(gates(page)).toContainText('On for 1 actor.');
  }
  await page.getByRole('link', { name: 'Turn on for everyone' }).click();
  await confirm(page, 'Turn on for everyone');
  await expect(gates(page)).toContainText('On for everyone.');

  await page.goto(paths.featureFlag('duo_code_review_flow_priority'));
  await page.getByLabel('Kind').selectOption('group');
  await page.getByLabel('User name or path').fill('acme');
  await page.getByRole('button', { name: 'Opt this actor out' }).click();
  await expect(dialog(page)).toContainText('This flag is on by default.');
});

test('staging and a change freeze hold a change back until somebody says why', async ({ page, server }) => {
  await server.run('feature', 'freeze', 'production', '--reason', 'The launch.');
  await page.goto(paths.featureFlag(FLAG));
  await expect(gates(page)).toContainText('Change freeze');
  await page.getByRole('link', { name: 'Turn on for everyone' }).click();
  await expect(dialog(page)).toContainText('Production would be further open than staging.');
  await expect(dialog(page)).toContainText('The launch.');
  await dialog(page).getByLabel('Why it is done all the same').fill('It mends the outage');
  await confirm(page, 'Turn on for everyone');
  const history = page.getByRole('region', { name: 'History in production' });
  await expect(history.getByRole('listitem').first()).toContainText('It mends the outage');
});

test('a change freeze begins with a reason, is seen where it counts, and ends', async ({ page, trouble }) => {
  // A form with a long field is answered in place.
  trouble.expect(/status of 422/);
  await page.goto(paths.featureFlags);
  const freezes = page.getByRole('region', { name: 'Change freezes' });
  await expect(freezes).toContainText('No environment is frozen.');
  await freezes.getByText('Begin a change freeze').click();
  await freezes.getByLabel('Environment').selectOption('staging');
  // As many characters as the field takes are more bytes than a reason may have.
  const long = 'é'.repeat(300);
  await freezes.getByLabel('Reason').fill(long);
  await freezes.getByRole('button', { name: 'Begin the freeze' }).click();
  await expect(freezes.getByRole('alert')).toHaveText('The reason has 1 to 500 bytes.');
  await expect(freezes.getByLabel('Reason')).toBeFocused();
  await expect(freezes.getByLabel('Reason')).toHaveValue(long);
  await expect(freezes.getByLabel('Reason')).toHaveAccessibleDescription('The reason has 1 to 500 bytes.');
  await expect(freezes.getByLabel('Environment')).toHaveValue('staging');
  await freezes.getByLabel('Reason').fill('The launch.');
  await freezes.getByRole('button', { name: 'Begin the freeze' }).click();
  await expect(note(page)).toHaveText('staging is frozen. Whoever changes a flag there has to say why.');
  await expect(freezes.getByRole('listitem')).toContainText('staging: The launch.');
  await expect(freezes.getByRole('listitem')).toContainText('by @admin');

  await page.goto(paths.featureFlag(FLAG, 'staging'));
  await expect(gates(page)).toContainText('The launch.');
  await page.goto(paths.featureFlags);
  await freezes.getByText('Begin a change freeze').click();
  await expect(freezes.getByLabel('Environment').getByRole('option')).toHaveText(['dev', 'pre', 'staging-ref', 'production']);
  await freezes.getByRole('button', { name: 'End the freeze in staging' }).click();
  await expect(note(page)).toHaveText('There is no change freeze in staging any more.');
  await expect(freezes).toContainText('No environment is frozen.');
});

test('a percentage says whom it takes in, and an earlier set is restored', async ({ page, server }) => {
  await server.run('feature', 'set', FLAG, 'true', '--environment', 'staging');
  await page.goto(paths.featureFlag(FLAG));
  const percent = page.getByLabel('Percent of actors', { exact: true });
  await percent.fill('12.34');
  await page.getByRole('button', { name: 'Set the percentage of actors' }).click();
  await expect(dialog(page)).toContainText(/Takes in\s*\d+ of 6 users, \d+ of 3 top-level groups, \d+ of 4 projects/);
  await confirm(page, 'Set 12.34 % of actors');
  await expect(gates(page)).toContainText('On for 12.34 % of actors.');
  await expect(percent).toHaveValue('12.34');

  await page.getByRole('link', { name: 'Turn off for everyone' }).click();
  await confirm(page, 'Turn off for everyone');
  const history = page.getByRole('region', { name: 'History in production' });
  const first = history.getByRole('listitem').filter({ hasText: 'Afteroff' });
  await expect(first).toHaveCount(1);
  await history.getByRole('link', { name: /^Restore what event \d+ set$/ }).click();
  await expect(dialog(page)).toContainText('On for 12.34 % of actors.');
  await dialog(page).getByRole('button', { name: /^Restore what event \d+ set$/ }).click();
  await expect(gates(page)).toContainText('On for 12.34 % of actors.');
});

test('a change is scheduled for later, in UTC, and cancelled', async ({ page, server }) => {
  await server.run('feature', 'set', FLAG, 'true', '--environment', 'staging');
  await page.goto(paths.featureFlag(FLAG));
  await page.getByLabel('Percent of actors', { exact: true }).fill('25');
  await page.getByRole('button', { name: 'Set the percentage of actors' }).click();
  await dialog(page).getByText('Do it later').click();
  await dialog(page).getByLabel('Reason (optional)').fill('Slowly');
  await dialog(page).getByRole('button', { name: 'Schedule this change' }).click();
  await expect(dialog(page).getByRole('alert')).toHaveText('Say when: a date and a time, in UTC.');
  await expect(dialog(page).getByLabel('Reason (optional)')).toHaveValue('Slowly');
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 11);
  if (!(await dialog(page).getByLabel('Date and time (UTC)').isVisible())) await dialog(page).getByText('Do it later').click();
  await dialog(page).getByLabel('Date and time (UTC)').fill(`${tomorrow}10:00`);
  await dialog(page).getByRole('button', { name: 'Schedule this change' }).click();
  await expect(note(page)).toContainText('scheduled for');
  const planned = page.getByRole('region', { name: 'Scheduled changes' });
  await expect(planned.getByRole('listitem')).toContainText('production: 25 % of actors');
  await expect(planned.getByRole('listitem')).toContainText('10:00 UTC');
  await expect(gates(page)).toContainText('Nothing is set: off by default.');
  await planned.getByRole('button', { name: /^Cancel/ }).click();
  await expect(note(page)).toHaveText('The scheduled change is cancelled.');
  await expect(planned.getByRole('listitem')).toContainText('Cancelled');
});

test('each environment has gates of its own, and the answer names its gate', async ({ page }) => {
  await page.goto(paths.featureFlag(FLAG));
  await page.getByRole('navigation', { name: 'Environments' }).getByRole('link', { name: /^dev/ }).click();
  await expect(page.getByRole('region', { name: 'Gates in dev' })).toBeVisible();
  await page.getByLabel('Feature group', { exact: true }).selectOption('administrators');
  await page.getByRole('button', { name: 'Open for this group' }).click();
  await confirm(page, 'Open for feature group administrators');
  await expect(page).toHaveURL(paths.featureFlag(FLAG, 'dev'));

  const evaluate = page.getByRole('region', { name: 'Evaluate for…' });
  for (const [user, answer, gate] of [
    ['admin', 'On', 'Gate: feature group.'],
    ['reviewer', 'Off', 'Gate: none is open.'],
  ] as const) {
    await evaluate.getByLabel('User name').fill(user);
    await evaluate.getByRole('button', { name: 'Evaluate' }).click();
    await expect(evaluate.getByRole('status')).toContainText(answer);
    await expect(evaluate.getByRole('status')).toContainText(gate);
    await expect(evaluate.getByLabel('User name')).toHaveValue(user);
  }
  await page.goto(paths.featureFlag(FLAG));
  await evaluate.getByLabel('User name').fill('admin');
  await evaluate.getByRole('button', { name: 'Evaluate' }).click();
  await expect(evaluate.getByRole('status')).toContainText('Gate: default.');
});

test('by keyboard alone', async ({ page, server }) => {
  await server.run('feature', 'set', FLAG, 'true', '--environment', 'staging');
  await page.goto(paths.featureFlag(FLAG));
  await page.getByLabel('User name or path').focus();
  await page.keyboard.type('reviewer');
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toContainText('Open for user reviewer?');
  await expect(dialog(page).getByRole('link', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toBeHidden();
  await expect(page.getByLabel('User name or path')).toBeFocused();
  await page.keyboard.type('reviewer');
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByRole('link', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(dialog(page).getByRole('button', { name: 'Open for user reviewer' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(note(page)).toContainText('Saved.');
  await expect(gates(page)).toContainText('On for 1 actor.');
});

test('the slider and the number go together', { tag: '@javascript' }, async ({ page }) => {
  await page.goto(paths.featureFlag(FLAG));
  const slider = page.getByRole('slider', { name: 'Percent of actors, roughly' });
  await expect(slider).toBeVisible();
  await expect(gates(page).getByText(/^About /)).toBeHidden();
  await slider.focus();
  for (let pressed = 0; pressed < 50; pressed += 1) await page.keyboard.press('ArrowRight');
  const percent = page.getByLabel('Percent of actors', { exact: true });
  await expect(percent).toHaveValue('50');
  await expect(gates(page).getByText('About 3 of 6 users, 2 of 3 top-level groups, 2 of 4 projects')).toBeVisible();
  await percent.fill('100');
  await expect(slider).toHaveValue('100');
  await expect(gates(page)).toContainText('About 6 of 6 users');
});

test('jump-to finds flags', async ({ page }) => {
  await page.goto(paths.groups);
  const field = page.getByRole('searchbox', { name: 'Jump to' });
  await field.fill('resolve_conf');
  await field.press('Enter');
  await page.getByRole('main').getByRole('link', { name: 'mr_ai_resolve_conflicts' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'mr_ai_resolve_conflicts' })).toBeVisible();
});

test.describe('somebody else', () => {
  test.use({ user: 'owner' });

  test('finds no such page', async ({ page, trouble }) => {
    trouble.expect(/status of 404/);
    for (const address of [paths.featureFlags, paths.featureFlag(FLAG)]) {
      await page.goto(address);
      await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
    }
  });
});
