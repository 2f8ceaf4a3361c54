// axe finds nothing on the page as it is now, in light and in dark.

import { AxeBuilder } from '@axe-core/playwright';
import { type Page, expect, test } from '@playwright/test';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export async function isAccessible(page: Page, state: string): Promise<void> {
  await page.waitForLoadState();
  for (const colorScheme of ['light', 'dark'] as const) {
    await test.step(`${state}, ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      // In its other mode axe opens one more page for its findings, because of frames. There are none.
      const { violations, passes } = await new AxeBuilder({ page }).setLegacyMode().withTags(TAGS).analyze();
      const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((it) => it.html).join(' | ')}`);
      expect(found, `${state}, ${colorScheme}`).toEqual([]);
      expect(passes.length).toBeGreaterThan(10);
    });
  }
}
