// A new administrator's whole way: from the link that an empty server prints to a decision of a real group.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { Locator, Page } from '@playwright/test';

import { isAccessible } from '../axe.ts';
import { expect, test as base } from '../fixtures.ts';
import { Configuration, paths, signIn, typeNewPassword } from '../pages.ts';
import { Server } from '../server.ts';

const test = base.extend({
  server: async ({ template }, use, testInfo) => {
    const database = join(template.directory, `${testInfo.testId}-empty.db`);
    const server = await Server.start(database, []);
    await use(server);
    const code = await server.stop();
    for (const ending of ['', '-wal', '-shm']) await rm(`${database}${ending}`, { force: true });
    expect(code, server.log).toBe(0);
  },
});

test.use({ user: null });

const PASSWORD = 'a new horse battery';

const note = (page: Page): Locator => page.getByRole('main').getByRole('status').first();
const steps = (page: Page): Locator => page.getByRole('list', { name: 'Steps' }).getByRole('listitem');

/** Every step of the checklist, done or to do, as the home of administrators shows it now. */
async function checklist(page: Page, done: boolean[]): Promise<void> {
  await page.getByRole('link', { name: 'Admin', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Administration' })).toBeVisible();
  await expect(steps(page)).toHaveText(done.map((it) => (it ? /^✓ Done/ : /^○ To do/)));
}

test('from the printed link to a decision of a real group', async ({ page, visit, server, playwright, js, trouble }) => {
  test.setTimeout(120_000);
  trouble.expect(/status of 404/);
  const line = /^Create the administrator, within 24 hours: (\S+)$/;
  const printed = () => server.said.map((said) => line.exec(said)?.[1]).find((it) => it !== undefined) ?? '';
  await expect.poll(printed).not.toBe('');
  const link = printed();

  await test.step('the link signs in and ends on the checklist', async () => {
    await page.goto(link);
    await page.getByLabel('User name').fill('root');
    await page.getByLabel('Name', { exact: true }).fill('Ann Lee');
    await typeNewPassword(page, PASSWORD);
    await page.getByRole('button', { name: 'Create administrator' }).click();
    await expect(page.getByRole('heading', { name: 'Start here' })).toBeVisible();
    await expect(steps(page)).toHaveText([/^○ To do\s*Create a group/, /Add people/, /Give seats/, /Create a token/, /Try Explain/]);
    const again = await visit(null);
    await again.goto(link);
    await expect(again.getByText('It was used, or it has expired.')).toBeVisible();
  });

  await test.step('a group, with Duo Enterprise', async () => {
    await page.getByRole('link', { name: 'Create a group' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Hooli');
    await page.getByLabel('Tier').selectOption('Ultimate');
    await page.getByLabel('Duo Enterprise').check();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await expect(page).toHaveURL(paths.overview('hooli'));
    await expect(note(page)).toContainText('The group is created.');
    await checklist(page, [true, false, false, false, false]);
  });

  await test.step('people, from a file', async () => {
    await page.getByRole('link', { name: 'Import many from a file' }).click();
    await page.getByLabel('What the file has').selectOption('Users');
    await page.getByLabel('Or its content').fill('username,name,emial\ndev,Dev One,dev@hooli.example\nrev,שרה לוי,\n');
    await page.getByRole('button', { name: 'Show what it would do' }).click();
    await expect(page.getByRole('region', { name: 'What is wrong' })).toContainText('emial');
    await page.getByRole('link', { name: 'Correct it here' }).click();
    const text = page.getByLabel('Or its content');
    await expect(text).toHaveValue('username,name,emial\ndev,Dev One,dev@hooli.example\nrev,שרה לוי,\n');
    await text.fill((await text.inputValue()).replace('emial', 'email'));
    await page.getByRole('button', { name: 'Show what it would do' }).click();
    await page.getByRole('button', { name: 'Apply the import' }).click();
    await expect(note(page)).toContainText('Imported. Users: 2 new');
    await checklist(page, [true, true, false, false, false]);
  });

  await test.step('a person by hand, who sets a password', async () => {
    await page.getByRole('link', { name: 'Add people' }).click();
    await page.getByLabel('User name').fill('zoe');
    await page.getByLabel('Name', { exact: true }).fill('Zoe Park');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    const reset = await note(page).getByRole('code').innerText();
    const zoe = await visit(null);
    await zoe.goto(reset);
    await typeNewPassword(zoe, PASSWORD);
    await zoe.getByRole('button', { name: 'Set password' }).click();
    await signIn(zoe, 'zoe', PASSWORD);
    await expect(zoe.getByRole('heading', { name: 'No groups yet' })).toBeVisible();
  });

  await test.step('roles in the group', async () => {
    await checklist(page, [true, true, false, false, false]);
    await page.getByRole('link', { name: 'Give roles' }).click();
    await expect(page).toHaveURL(paths.members('hooli'));
    const add = page.getByRole('region', { name: 'Add a member' });
    await add.getByLabel('User name or email address').fill('zo');
    await add.getByRole('button', { name: 'Find people' }).click();
    await add.getByRole('link', { name: 'Zoe Park (@zoe)' }).click();
    await expect(add.getByLabel('User name or email address')).toHaveValue('zoe');
    for (const [user, role] of [['zoe', 'Owner'], ['dev@hooli.example', 'Developer'], ['rev', 'Developer']] as const) {
      await add.getByLabel('User name or email address').fill(user);
      await add.getByLabel('Role').selectOption(role);
      await add.getByRole('button', { name: 'Add the member' }).click();
      await expect(note(page)).toContainText(`is ${role} now.`);
    }
    await expect(page.getByText('3 members', { exact: true })).toBeVisible();
  });

  await test.step('a seat', async () => {
    await checklist(page, [true, true, false, false, false]);
    await page.getByRole('link', { name: 'Give seats' }).click();
    await page.getByRole('table', { name: 'Seats by pool' }).getByRole('link', { name: 'Hooli' }).click();
    await page.getByLabel('Number', { exact: true }).fill('2');
    await page.getByRole('button', { name: 'Save the number' }).click();
    await expect(note(page)).toHaveText('Saved: 0 of 2 seats used.');
    await page.getByLabel('User names').fill('rev');
    await page.getByRole('button', { name: 'Give seats' }).click();
    await expect(note(page)).toHaveText('rev has a seat now. rev now gets GitLab Duo Code Review.');
    await checklist(page, [true, true, true, false, false]);
  });

  let token = '';
  await test.step('a token for a bot with a role of its own', async () => {
    await page.getByRole('link', { name: 'Create a bot' }).click();
    await expect(page.getByLabel('User name')).toHaveValue('review-bot');
    await expect(page.getByLabel('Bot')).toBeChecked();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await expect(note(page)).toContainText('The bot is created.');
    const tokens = page.getByRole('region', { name: 'Access tokens' });
    await tokens.getByLabel('Name').fill('ci');
    await tokens.getByRole('button', { name: 'Create token' }).click();
    await expect(tokens.getByRole('alert')).toHaveText('Choose at least one scope.');
    await expect(tokens.getByLabel('Name')).toHaveValue('ci');
    await tokens.getByRole('checkbox', { name: 'read_decisions' }).check();
    await tokens.getByRole('button', { name: 'Create token' }).click();
    token = await tokens.getByRole('status').getByRole('code').innerText();
    await checklist(page, [true, true, true, true, false]);
    await page.getByRole('link', { name: 'Give roles' }).click();
    const add = page.getByRole('region', { name: 'Add a member' });
    await add.getByLabel('User name or email address').fill('review-bot');
    await add.getByLabel('Role').selectOption('Developer');
    await add.getByRole('button', { name: 'Add the member' }).click();
    await expect(note(page)).toContainText('@review-bot is Developer now.');
  });

  const configuration = new Configuration(page, js);
  await test.step('Code Review, with consent', async () => {
    await page.getByRole('navigation', { name: 'Hooli' }).getByRole('link', { name: 'Configuration' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Configuration' })).toBeVisible();
    await configuration.consent();
  });

  await test.step('a decision by the API, and Explain says the same', async () => {
    const api = await playwright.request.newContext({
      baseURL: server.url,
      extraHTTPHeaders: { authorization: `Bearer ${token}` },
    });
    const answer = await api.get('/api/v1/decisions/code_review', { params: { namespace: 'hooli', user: 'dev' } });
    expect(answer.status()).toBe(200);
    const decision = (await answer.json()) as { engine: string; rule: string };
    expect(decision).toMatchObject({ engine: 'code_review_flow', rule: 'flow_on_with_consent' });
    await api.dispose();

    await page.getByRole('link', { name: 'Admin', exact: true }).click();
    await page.getByRole('link', { name: 'Try Explain' }).click();
    const explain = page.getByRole('region', { name: 'Explain' });
    await explain.getByLabel('User name').fill('dev');
    await explain.getByRole('button', { name: 'Explain' }).click();
    await expect(explain.getByRole('status').first()).toContainText('Code Review Flow');
    await expect(explain.getByRole('table', { name: `Rule ${decision.rule}, from these inputs` })).toBeVisible();
  });

  // Decisions are counted every few seconds.
  await expect(async () => {
    await page.goto(paths.admin);
    await expect(page.getByRole('heading', { level: 1, name: 'Administration' })).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Set up this server' })).toBeHidden({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  expect(server.log).not.toContain(token);
});

test.describe('the checklist', () => {
  // axe is a script.
  test.use({ javaScriptEnabled: true });

  test('is accessible, and fits a phone', async ({ page, server }) => {
    await server.run('user', 'create', 'root', '--admin', '--generate-password').then(async (password) => {
      await page.goto(paths.signIn);
      await signIn(page, 'root', password.trim());
    });
    await expect(page.getByRole('heading', { name: 'Start here' })).toBeVisible();
    await isAccessible(page, 'Start here');
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  });
});
