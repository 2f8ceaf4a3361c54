// Groups and people at the extremes: at 400 % zoom, with names from right to left, and with ten thousand rows.

import { writeFile } from 'node:fs/promises';

import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures.ts';
import { paths } from '../pages.ts';

test.use({ user: 'admin' });

/** The pages about groups and people, in the states that have most on them. */
const PAGES = [
  paths.groups,
  `${paths.groups}?open=acme`,
  paths.overview('acme'),
  paths.configuration('acme'),
  paths.members('acme'),
  `${paths.members('acme')}?user=review&find=people`,
  `${paths.members('acme')}?change=developer`,
  paths.seats('acme'),
  `${paths.seats('acme')}?users=review&find=people`,
  paths.adminSeats,
  paths.people,
  paths.newPerson,
  paths.person('reviewer'),
  paths.adminGroups,
  paths.newGroup,
  paths.editGroup('acme'),
  `${paths.editGroup('acme')}?confirm=delete`,
  paths.import,
  paths.admin,
  paths.consents,
];

test.describe('at 400 % zoom', () => {
  // What 1280 × 1024 pixels come to then.
  test.use({ viewport: { width: 320, height: 256 } });

  // Whether a control that has the focus can be seen is for the browser to say.
  test('nothing scrolls both ways, and nothing covers what has the focus', { tag: '@javascript' }, async ({ page }) => {
    test.setTimeout(120_000);
    for (const address of PAGES) {
      await page.goto(address);
      await page.waitForLoadState();
      expect(await page.evaluate(() => document.documentElement.scrollWidth), address).toBeLessThanOrEqual(320);
      const covered = await page.evaluate(() => {
        const within = document.querySelector('dialog[open]') ?? document.querySelector('main') ?? document.body;
        const controls = within.querySelectorAll<HTMLElement>('a[href], button, input:not([type=hidden]), select, textarea, summary');
        const seen = [...controls].filter((it) => it.checkVisibility({ checkOpacity: true }) && !it.closest('[aria-hidden]'));
        return seen
          .filter((control) => {
            control.focus();
            // Of a link over several lines the first.
            const box = control.getClientRects()[0] ?? control.getBoundingClientRect();
            const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
            const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 12), 0), innerHeight - 1);
            const top = document.elementFromPoint(x, y);
            const label = control.closest('label');
            return !(top !== null && (control.contains(top) || top.contains(control) || label?.contains(top) === true));
          })
          .map((it) => `${it.tagName} ${it.textContent?.trim() || it.getAttribute('aria-label') || it.id}`);
      });
      expect(covered, address).toEqual([]);
    }
  });
});

/** Texts from right to left that could reorder what stands beside them. */
function unguarded(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const rightToLeft = /[\u0590-\u08ff]/;
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found: string[] = [];
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
      const parent = text.parentElement;
      if (!rightToLeft.test(text.textContent ?? '') || parent === null) continue;
      // Alone in a block it reorders nothing.
      const guard = parent.closest('bdi, [dir=auto], textarea, option, script');
      if (guard === null) found.push(`${parent.tagName}: ${parent.textContent?.trim()}`);
    }
    return found;
  });
}

test('names from right to left reorder nothing', async ({ page, server }) => {
  const [person, group] = ['שרה לוי 1', 'مجموعة 2'];
  await server.run('user', 'create', 'sara', '--name', person, '--generate-password');
  await server.run('group', 'create', 'rtl', '--name', group, '--tier', 'ultimate', '--duo-enterprise', '--owner', 'sara');
  await server.run('group', 'create', 'rtl/below', '--name', group);
  await server.run('seat', 'give', 'sara', '--group', 'rtl');
  for (const address of [
    `${paths.groups}?open=rtl`,
    paths.overview('rtl'),
    paths.overview('rtl/below'),
    paths.configuration('rtl'),
    `${paths.configuration('rtl')}?explain_user=sara`,
    paths.configuration('rtl/below'),
    paths.members('rtl'),
    paths.members('rtl/below'),
    `${paths.members('rtl')}?user=sar&find=people`,
    `${paths.members('rtl')}?change=sara`,
    paths.seats('rtl'),
    paths.seats('rtl/below'),
    paths.adminSeats,
    paths.people,
    paths.person('sara'),
    paths.adminGroups,
    paths.editGroup('rtl'),
    `${paths.editGroup('rtl/below')}?confirm=archive`,
    `${paths.newGroup}?parent=rtl`,
    paths.auditEvents('rtl'),
    paths.admin,
    paths.consents,
    `${paths.jump}?q=rtl`,
  ]) {
    await page.goto(address);
    expect(await unguarded(page), address).toEqual([]);
  }
  // As it is seen: the user name stays at the right of a name that runs to the left.
  await page.goto(`${paths.members('rtl')}?user=sar&find=people`);
  await expect(page.getByRole('link', { name: `${person} (@sara)` })).toBeVisible();
});

test('ten thousand people are shown in pages', { tag: '@javascript' }, async ({ page, server, context }, testInfo) => {
  test.setTimeout(120_000);
  const count = 10_000;
  const names = Array.from({ length: count }, (_, at) => `many${String(at).padStart(5, '0')}`);
  await server.run('group', 'create', 'crowd', '--tier', 'ultimate', '--duo-enterprise');
  for (const [kind, columns, line] of [
    ['users', 'username,name', (name: string) => `${name},One of many`],
    ['members', 'path,user,role', (name: string) => `crowd,${name},Developer`],
    ['seats', 'path,user', (name: string) => `crowd,${name}`],
  ] as const) {
    const file = testInfo.outputPath(`${kind}.csv`);
    await writeFile(file, [columns, ...names.map(line), ''].join('\n'));
    await server.run('import', kind, file, '--apply');
  }
  const username = /@(many\d{5})/g;
  for (const [name, address, total] of [
    ['people', (at: number) => `${paths.people}?search=many&page=${at}`, /of 10,?000/],
    ['members', (at: number) => `${paths.members('crowd')}?search=many&page=${at}`, /of 10,?000 members/],
    ['seats', (at: number) => `${paths.seats('crowd')}?filter=many&sort=user&page=${at}`, /of 10,?000/],
  ] as const) {
    await test.step(name, async () => {
      const seen: string[] = [];
      for (const at of [1, 2, 3]) {
        const answer = await context.request.get(address(at));
        const body = (await answer.body()).length;
        expect(body, `${name}, page ${at}`).toBeLessThan(200 * 1024);
        await page.goto(address(at));
        await expect(page.getByText(total).first()).toBeVisible();
        const text = await page.getByRole('main').innerText();
        seen.push(...new Set([...text.matchAll(username)].map(([, found]) => found ?? '')));
      }
      // Of equal names too each is on one page, and in the same order the next time.
      expect(seen.length).toBeGreaterThanOrEqual(75);
      expect(seen).toEqual(names.slice(0, seen.length));
      const last = await context.request.get(address(Math.ceil(count / (seen.length / 3))));
      expect(await last.text()).toContain(names[count - 1]);
    });
  }
  for (const address of [paths.groups, paths.overview('crowd'), paths.configuration('crowd'), paths.admin]) {
    const answer = await context.request.get(address);
    expect((await answer.body()).length, address).toBeLessThan(200 * 1024);
  }
});
