// Every scenario runs with JavaScript and without, with the same outcome. Scenarios that make sense in only
// one of the two are tagged.

import { defineConfig } from '@playwright/test';

import type { Options } from './fixtures.ts';

const executablePath = process.env['CHROMIUM_PATH'];

export default defineConfig<Options>({
  testDir: 'specs',
  // Pictures are made when somebody asks for them.
  testIgnore: process.env['UPDATE_SCREENSHOTS'] === '1' ? [] : ['**/screenshots.spec.ts'],
  outputDir: 'test-results',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: 45_000,
  expect: { timeout: 7_500 },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    launchOptions: executablePath === undefined ? {} : { executablePath },
  },
  projects: [
    { name: 'javascript', grepInvert: /@no-javascript/ },
    { name: 'no-javascript', grepInvert: /@javascript/, use: { js: false } },
  ],
});
