// Appearance that carries meaning: disabled checkboxes, the current page, grouping.

import { expect, test } from '../fixtures.ts';
import { paths, signIn } from '../pages.ts';

test('the account menu hangs under its button at every width', async ({ page }) => {
  for (const width of [320, 700, 1024, 1280, 1440, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(paths.groups);
    const button = page.getByRole('button', { name: 'Account menu' });
    await button.click();
    const menu = (await page.locator('#account-menu').boundingBox())!;
    const avatar = (await button.boundingBox())!;
    expect(Math.abs(menu.x + menu.width - (avatar.x + avatar.width)), `${width} px`).toBeLessThanOrEqual(1);
    expect(menu.y, `${width} px`).toBeGreaterThanOrEqual(avatar.y + avatar.height);
  }
});

test('a box that can be ticked does not look locked, in light and in dark', async ({ configuration, page }) => {
  await configuration.open('initech');
  const card = page.getByRole('list').filter({ has: configuration.codeReview.box });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const fill = await card.evaluate((it) => getComputedStyle(it).backgroundColor);
    await expect(configuration.codeReview.box).not.toBeChecked();
    await expect(configuration.codeReview.box).toHaveCSS('background-color', fill);
    const locked = configuration.flow('SAST False Positive Detection').box;
    await expect(locked).toBeDisabled();
    await expect(locked).not.toHaveCSS('background-color', fill);
  }
});

test('where people choose the colours, the current page and the boxes are told apart', async ({ configuration, page, visit }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await configuration.open('initech');
  const here = page.getByRole('navigation', { name: 'Initech' });
  await expect(here.getByRole('link', { name: 'Configuration' })).toHaveCSS('border-left-width', '4px');
  await expect(here.getByRole('link', { name: 'Overview' })).toHaveCSS('border-left-width', '0px');
  // The browser's own boxes know what is locked, and show the tick.
  for (const name of ['Code Review', 'SAST False Positive Detection']) {
    await expect(configuration.flow(name).box).toHaveCSS('appearance', 'auto');
  }
  const admin = await visit('admin');
  await admin.emulateMedia({ forcedColors: 'active' });
  await admin.goto(paths.featureFlag('duo_developer_orbit', 'staging'));
  const tabs = admin.getByRole('navigation', { name: 'Environments' });
  await expect(tabs.getByRole('link', { name: /^staging Off/ })).toHaveCSS('border-top-width', '3px');
  await expect(tabs.getByRole('link', { name: /^production/ })).toHaveCSS('border-top-width', '1px');
});

test('a name from the right to the left stays beside what is said of it', async ({ server, visit, js }) => {
  const password = await server.run('user', 'create', 'dana', '--name', 'דנה ישראלי', '--admin', '--generate-password');
  const page = await visit(null);
  await page.goto(paths.signIn);
  await signIn(page, 'dana', password);
  await expect(page.getByRole('heading', { level: 1, name: 'Groups' })).toBeVisible();
  await page.goto(paths.preferences);
  await page.getByRole('radio', { name: '24-hour' }).check();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.goto(paths.configuration('acme'));
  const row = page.getByRole('listitem').filter({ has: page.getByRole('checkbox', { name: 'Developer', exact: true }) });
  if (js) await expect(row.getByRole('button', { name: 'Save Developer' })).toBeHidden();
  await row.getByRole('checkbox').click();
  if (!js) await row.getByRole('button', { name: 'Save Developer' }).click();
  await expect(row).toContainText('Changed by דנה ישראלי');
  const right = async (text: string) => {
    // Where the words themselves stand, whatever element they are in.
    return row.evaluate((it, text) => {
      const walker = document.createTreeWalker(it, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const at = node.textContent?.indexOf(text) ?? -1;
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + text.length);
        const { left, right } = range.getBoundingClientRect();
        return { left, right };
      }
      throw new Error(`no ${text}`);
    }, text);
  };
  const time = await row.locator('time').last().innerText();
  const digits = /^\d+/.exec(time)?.[0] ?? time;
  expect((await right(digits)).left).toBeGreaterThanOrEqual((await right('דנה')).right);
});
