import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import puppeteer from 'puppeteer';
import type { Browser, Page, Viewport } from 'puppeteer';
import type { ParticipantId } from '../../protocol/identity.ts';
import { findChromium } from '../../tools/setup/findChromium.mjs';
import { launchBrowser, openPage, waitForFrames, waitForState } from '../support/browser.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';

declare global {
  interface Window {
    opened?: MediaStreamTrack[];
  }
}

const phone = { width: 390, height: 844, isMobile: true, hasTouch: true };
let server: ServerProcess;
let browser: Browser;

const named = (testId: string): string => `[data-testid="${testId}"]`;
const click = async (page: Page, testId: string, count = 1): Promise<void> => {
  await page.waitForSelector(named(testId), { visible: true });
  await page.click(named(testId), { count });
};
const idOf = (page: Page): Promise<ParticipantId> =>
  page.evaluate(() => window.tributary?.room?.self.id ?? ('' as ParticipantId));
const tileOf = (id: string): string => `video[data-participant-id="${id}"][data-source="camera"]`;
const textOf = (page: Page, testId: string): Promise<string> =>
  page.$eval(named(testId), (element) => element.textContent);
const words = (page: Page): Promise<string> => page.$eval('main', (main) => main.innerText);
const open = (path: string, viewport?: Viewport): Promise<Page> =>
  openPage(browser, `${server.origin}${path}`, viewport);
/** Keeps every track a page gets from a camera or microphone, in `window.opened`; lists a second camera. */
const recordDevices = (page: Page): Promise<unknown> =>
  page.evaluateOnNewDocument(() => {
    const devices = navigator.mediaDevices;
    const open = devices.getUserMedia.bind(devices);
    const list = devices.enumerateDevices.bind(devices);
    window.opened = [];
    devices.enumerateDevices = async () => [
      ...(await list()),
      { kind: 'videoinput', deviceId: 'second', label: 'Second camera' } as MediaDeviceInfo,
    ];
    devices.getUserMedia = async (constraints) => {
      const stream = await open(constraints);
      window.opened?.push(...stream.getTracks());
      return stream;
    };
  });
const running = (page: Page): Promise<number> =>
  page.evaluate(() => window.opened?.filter(({ readyState }) => readyState === 'live').length ?? -1);
/** Opens a page whose devices are recorded. */
const openRecorded = async (path: string): Promise<Page> => {
  const page = await open('/');
  await recordDevices(page);
  await page.goto(`${server.origin}${path}`);
  return page;
};
const openRecordedLive = async (path: string): Promise<Page> => {
  const page = await openRecorded(path);
  await waitForState(page, 'live');
  return page;
};
const openLive = async (path: string, viewport?: Viewport): Promise<Page> => {
  const page = await open(path, viewport);
  await waitForState(page, 'live');
  return page;
};

/** Whether everything agrees that a host's microphone is on or off: the page's button, the track, and what `witness` is told. */
const waitForMicrophone = async (page: Page, witness: Page, on: boolean): Promise<void> => {
  await page.waitForFunction(
    (wanted) => {
      const room = window.tributary?.room;
      const sent = room?.localFeeds.find(({ source }) => source === 'microphone')?.track?.enabled ?? false;
      const button = document.querySelector('[data-testid="toggle-microphone"]');
      return sent === wanted && button?.getAttribute('aria-pressed') === String(wanted);
    },
    { polling: 50 },
    on,
  );
  await witness.waitForFunction(
    (wanted) => window.tributary?.room?.view.stage[0]?.intent.microphone === wanted,
    { polling: 50 },
    on,
  );
};

beforeAll(async () => {
  server = await startServerProcess(['--max-viewers=2', '--viewer-grace-ms=500', '--seats=2']);
  browser = await launchBrowser();
});
afterEach(async () => {
  const [, ...opened] = browser.browserContexts();
  for (const context of opened) await context.close();
});
afterAll(async () => {
  await browser.close();
  expect(await server.stop()).toBe(0);
});

/** The seconds a page says it waits before it tries again. */
const secondsLeft = (page: Page): Promise<number> =>
  page.$eval('.countdown', (timer) => Number(/\d+/.exec(timer.textContent)?.[0]));

describe('who cannot be in the room', () => {
  test('is told that it is full, and gets in by himself when there is a place', async () => {
    await openLive('/watch?room=full&name=One');
    const leaving = await openLive('/watch?room=full&name=Two');
    const late = await open('/watch?room=full&name=Three');
    await waitForState(late, 'error');
    expect(await words(late)).toContain('The room is full');
    const before = await secondsLeft(late);
    await late.waitForFunction(
      (was) => Number(/\d+/.exec(document.querySelector('.countdown')?.textContent ?? '')?.[0]) < was,
      { polling: 50 },
      before,
    );
    await leaving.close();
    await waitForState(late, 'live');
  });

  test('is told that another tab took over, and that one is live', async () => {
    const first = await openLive('/host?room=tabs&name=Hanna&autostart=1');
    const identity = await first.evaluate(() => Object.fromEntries(Object.entries(sessionStorage)));
    const second = await first.browserContext().newPage();
    await second.evaluateOnNewDocument((kept) => Object.assign(sessionStorage, kept), identity);
    await second.goto(first.url());
    await waitForState(second, 'live');
    await waitForState(first, 'ended');
    expect(await words(first)).toContain('You are here in another tab');
  });

  test('is told that the host let him go, with a way back', async () => {
    const host = await openLive('/host?room=kick&name=Hanna&autostart=1');
    const viewer = await openLive('/watch?room=kick&name=Vera');
    await click(host, 'tab-people');
    await click(host, 'person-menu');
    await click(host, 'person-kick');
    await click(host, 'confirm-kick');
    await waitForState(viewer, 'ended');
    expect(await words(viewer)).toContain('The host let you go');
    await click(viewer, 'state-rejoin');
    await waitForState(viewer, 'live');
  });
});

describe('the way on the air', () => {
  test('without permission tells how to give it, and goes on without', async () => {
    // The browser of the other tests says yes to every question by itself.
    const strict = await puppeteer.launch({
      executablePath: findChromium() ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--use-fake-device-for-media-stream'],
    });
    try {
      const host = await openPage(strict, `${server.origin}/host?room=denied&name=Dan`);
      const session = await host.createCDPSession();
      for (const name of ['camera', 'microphone'])
        await session.send('Browser.setPermission', {
          permission: { name },
          setting: 'denied',
          origin: server.origin,
          browserContextId: host.browserContext().id ?? '',
        });
      await host.reload();
      const problem = await host.waitForSelector(named('preview-problem-camera'));
      const told = await problem?.evaluate((element) => (element as HTMLElement).innerText);
      expect(told).toMatch(/Camera and microphone not allowed[\s\S]*address[\s\S]*try again/);
      await click(host, 'lobby-go-live');
      await waitForState(host, 'live');
      expect(await host.evaluate(() => window.tributary?.room?.view.stage[0]?.intent)).toMatchObject({
        microphone: false,
        camera: false,
      });
    } finally {
      await strict.close();
    }
  });

  test('after a try that failed starts as it was chosen: muted stays muted', async () => {
    const host = await open('/host?room=second-try&name=Hanna');
    await host.waitForSelector('.preview[data-picture="true"]');
    await click(host, 'preview-microphone');
    await host.setOfflineMode(true);
    await click(host, 'lobby-go-live');
    await waitForState(host, 'error');
    expect(await words(host)).toContain('No connection');
    await host.setOfflineMode(false);
    await waitForState(host, 'live');
    await host.waitForFunction(() =>
      window.tributary?.room?.localFeeds.some(({ source }) => source === 'camera'),
    );
    expect(await host.evaluate(() => window.tributary?.room?.view.stage[0]?.intent.microphone)).toBe(false);
  });
});

describe('the place on stage', () => {
  test('a co-host who finds it full has no device open, and comes on when a seat is free', async () => {
    const host = await openLive('/host?room=seats&name=Hanna&autostart=1');
    const first = await openRecordedLive('/host?room=seats&name=Cora&as=cohost&autostart=1');
    await waitForFrames(host, tileOf(await idOf(first)));
    const late = await openRecorded('/host?room=seats&name=Carl&as=cohost');
    await late.waitForSelector('.preview[data-picture="true"]');
    await click(late, 'lobby-go-live');
    await waitForState(late, 'live');
    await late.waitForFunction(() => window.opened?.every(({ readyState }) => readyState === 'ended'));
    expect(await textOf(late, 'off-stage')).toContain('Every seat on stage is taken');
    expect(await late.$(named('toggle-camera'))).toBeNull();
    await click(late, 'ask-to-join');
    await late.waitForSelector(named('withdraw-request'));

    await host.evaluate(async (id) => window.tributary?.room?.removeFromStage(id), await idOf(first));
    await first.waitForSelector(named('ask-to-join'));
    expect(await textOf(first, 'off-stage')).toContain('You are not on stage');
    expect(await running(first)).toBe(0);

    await click(host, 'toast-accept');
    await click(late, 'stage-go');
    await waitForFrames(host, tileOf(await idOf(late)));
    expect(await textOf(late, 'off-stage')).toBe('');
    expect(await late.$(named('toggle-camera'))).not.toBeNull();
  });

  test('a co-host who leaves goes with his devices, and opens none on the way out', async () => {
    await openLive('/host?room=leave&name=Hanna&autostart=1');
    const cohost = await openRecordedLive('/host?room=leave&name=Cora&as=cohost&autostart=1');
    await cohost.waitForFunction(() => window.tributary?.room?.localFeeds.length === 2);
    const before = await cohost.evaluate(() => window.opened?.length);
    await click(cohost, 'leave-show');
    await click(cohost, 'confirm-leave');
    await cohost.waitForSelector(named('room-name'));
    await cohost.waitForFunction(() => window.opened?.every(({ readyState }) => readyState === 'ended'));
    expect(await cohost.evaluate(() => window.opened?.length)).toBe(before);
  });

  test('who is invited without a name gives it first, and keeps his seat when he writes', async () => {
    const host = await openLive('/host?room=names&name=Hanna&autostart=1');
    const guest = await openLive('/watch?room=names');
    const id = await idOf(guest);
    await click(host, 'tab-people');
    await click(host, 'audience-invite');
    await guest.waitForSelector(named('stage-name'));
    expect(await guest.$eval(named('stage-go'), (button) => (button as HTMLButtonElement).disabled)).toBe(
      true,
    );
    await guest.type(named('stage-name'), 'Nina');
    await click(guest, 'stage-go');
    await waitForFrames(host, tileOf(id));
    await click(guest, 'chat-input');
    await guest.keyboard.type('Here I am');
    await guest.keyboard.press('Enter');
    await host.waitForFunction(() => window.tributary?.room?.chatHistory.at(-1)?.text === 'Here I am');
    const said = await host.evaluate(() => window.tributary?.room?.chatHistory.at(-1));
    const stage = await host.evaluate(() =>
      window.tributary?.room?.view.stage.map(({ id: who, name }) => [who, name]),
    );
    expect(said).toMatchObject({ from: id, name: 'Nina', role: 'cohost' });
    expect(stage?.[1]).toEqual([id, 'Nina']);
  });

  test('a name given on stage does not cost the seat', async () => {
    const host = await openLive('/host?room=renamed&name=Hanna&autostart=1');
    const guest = await openLive('/watch?room=renamed');
    await host.evaluate(async (id) => window.tributary?.room?.invite(id), await idOf(guest));
    await guest.waitForFunction(() => window.tributary?.room?.self.invitation !== undefined);
    // Past the sheet, as an app of its own would.
    await guest.evaluate(async () => window.tributary?.room?.acceptInvitation());
    await click(guest, 'stage-go');
    await waitForFrames(host, tileOf(await idOf(guest)));
    await click(guest, 'chat-input');
    expect(await guest.$eval(named('name-dialog'), (dialog) => (dialog as HTMLDialogElement).open)).toBe(
      false,
    );
    expect(await guest.evaluate(() => document.activeElement?.id)).toBe('chat-field');
    await guest.keyboard.type('Still here');
    await guest.keyboard.press('Enter');
    await host.waitForFunction(() => window.tributary?.room?.chatHistory.at(-1)?.text === 'Still here');
    expect(await host.evaluate(() => window.tributary?.room?.view.stage.length)).toBe(2);
  });

  test('on stage a viewer changes his camera from his own page', async () => {
    const host = await openLive('/host?room=switch&name=Hanna&autostart=1');
    const guest = await openRecordedLive('/watch?room=switch&name=Gus');
    await click(guest, 'ask-to-join');
    await click(host, 'toast-accept');
    await click(guest, 'stage-go');
    await waitForFrames(host, tileOf(await idOf(guest)));
    const before = await guest.evaluate(() => window.opened?.length ?? 0);
    await click(guest, 'more');
    await click(guest, 'more-devices');
    const choice = `dialog[open] ${named('choose-camera')}`;
    await guest.waitForSelector(`${choice} option[value="second"]`);
    await guest.select(choice, 'second');
    await guest.waitForFunction(
      (was) => {
        const sent = window.tributary?.room?.localFeeds.find(({ source }) => source === 'camera')?.track;
        return (window.opened?.length ?? 0) > was && sent === window.opened?.at(-1);
      },
      { polling: 50 },
      before,
    );
  });
});

describe('the controls', () => {
  test('a quick hand: the button, the track and the room agree on the last press', async () => {
    const host = await openLive('/host?room=quick&name=Hanna&autostart=1');
    const viewer = await openLive('/watch?room=quick&name=Vera');
    await waitForMicrophone(host, viewer, true);
    const press = (times: number): Promise<string | null> =>
      host.$eval(
        named('toggle-microphone'),
        async (button, count) => {
          for (let pressed = 0; pressed < count; pressed++) (button as HTMLElement).click();
          await new Promise(requestAnimationFrame);
          return button.getAttribute('aria-pressed');
        },
        times,
      );
    expect(await press(9)).toBe('false');
    await waitForMicrophone(host, viewer, false);
    expect(await press(10)).toBe('false');
    await waitForMicrophone(host, viewer, false);
  });

  test('keys: M mutes, but not in the chat; a menu takes the focus and gives it back', async () => {
    const host = await openLive('/host?room=keys&name=Hanna&autostart=1');
    const viewer = await openLive('/watch?room=keys&name=Vera');
    await waitForMicrophone(host, viewer, true);
    await host.keyboard.press('m');
    await waitForMicrophone(host, viewer, false);
    await host.keyboard.press('c');
    await host.waitForFunction(() => document.activeElement?.id === 'chat-field');
    await host.keyboard.type('mmm');
    await host.keyboard.press('Enter');
    await viewer.waitForFunction(() => document.querySelector('.chat-text')?.textContent === 'mmm');
    await waitForMicrophone(host, viewer, false);

    const focused = (testId: string): Promise<unknown> =>
      host.waitForFunction((id) => document.activeElement?.getAttribute('data-testid') === id, {}, testId);
    await host.focus(named('more'));
    await host.keyboard.press('Enter');
    await focused('more-devices');
    await host.keyboard.press('ArrowDown');
    await focused('more-statistics');
    await host.keyboard.press('Escape');
    await focused('more');
  });

  test('the side panel takes the focus to its tab, and gives it back to the button that opens it', async () => {
    const host = await openLive('/host?room=panel&name=Hanna&autostart=1');
    const focused = (testId: string): Promise<unknown> =>
      host.waitForFunction((id) => document.activeElement?.getAttribute('data-testid') === id, {}, testId);
    await click(host, 'panel-close');
    await focused('open-chat');
    await host.focus(named('open-people'));
    await host.keyboard.press('Enter');
    await focused('tab-people');
    await host.keyboard.press('Escape');
    await focused('open-people');
  });

  test('a menu is closed by the button that opened it', async () => {
    const viewer = await openLive('/watch?room=menu&name=Vera');
    for (const [opener, item] of [
      ['more', 'more-statistics'],
      ['reactions', 'react-heart'],
    ] as const) {
      await click(viewer, opener);
      await viewer.waitForSelector(named(item), { visible: true });
      await click(viewer, opener);
      await viewer.waitForSelector(named(item), { hidden: true });
      // The page hears of it a little later than the browser does it.
      await viewer.waitForSelector(`${named(opener)}[aria-expanded="false"]`);
      expect(await viewer.$(named(item)).then((one) => one?.isVisible() ?? false)).toBe(false);
    }
  });

  test('what the browser cannot do is not offered', async () => {
    const viewer = await open('/');
    await viewer.evaluateOnNewDocument(() => {
      Object.defineProperty(Document.prototype, 'fullscreenEnabled', { value: false });
      Object.defineProperty(Document.prototype, 'pictureInPictureEnabled', { value: false });
    });
    await viewer.goto(`${server.origin}/watch?room=able&name=Vera`);
    await waitForState(viewer, 'live');
    await click(viewer, 'more');
    await viewer.waitForSelector(named('more-statistics'));
    expect(await viewer.$(named('more-pip'))).toBeNull();
    expect(await viewer.$(named('more-full-screen'))).toBeNull();
  });

  test('a switch keeps its name, and says by itself whether it is on', async () => {
    const host = await openLive('/host?room=switches&name=Hanna&autostart=1');
    const viewer = await openLive('/watch?room=switches&name=Vera');
    await waitForMicrophone(host, viewer, true);
    const name = (): Promise<string | null> =>
      host.$eval(named('toggle-microphone'), (button) => button.getAttribute('aria-label'));
    const before = await name();
    await click(host, 'toggle-microphone');
    await waitForMicrophone(host, viewer, false);
    expect(await name()).toBe(before);
  });

  test('with a token of its own the studio hands out no links', async () => {
    const granted = await fetch(`${server.origin}/dev/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ room: 'granted', identity: 'hanna', name: 'Hanna', role: 'host' }),
    });
    const { token } = (await granted.json()) as { token: string };
    const host = await openLive(`/host?room=granted&autostart=1#token=${token}`);
    await click(host, 'tab-show');
    await host.waitForSelector(named('links-elsewhere'));
    expect(await host.$(named('copy-viewer-link'))).toBeNull();
  });

  test('a double click on Accept takes one request, not the next one too', async () => {
    const host = await openLive('/host?room=double&name=Hanna&autostart=1');
    for (const name of ['Uma', 'Uri'])
      await click(await openLive(`/watch?room=double&name=${name}`), 'ask-to-join');
    await host.waitForFunction(() => window.tributary?.room?.backstage?.requests.length === 2);
    await click(host, 'toast-accept', 2);
    await host.waitForFunction(() => window.tributary?.room?.view.stage.length === 2);
    // The toast of the other one is on screen, so a second accept would have been sent by now.
    await host.waitForFunction(() => document.querySelector('.request-toast')?.textContent.includes('Uri'));
    expect(await host.evaluate(() => window.tributary?.room?.backstage?.requests.length)).toBe(1);
    expect(await host.$(named('notice'))).toBeNull();
  });

  test('on a phone are all inside the window, and nothing scrolls sideways', async () => {
    const host = await openLive('/host?room=phone&name=Hanna&autostart=1', phone);
    const viewer = await openLive('/watch?room=phone&name=Vera', phone);
    for (const page of [host, viewer]) {
      const outside = await page.$$eval('.live button, .live input', (controls) =>
        controls
          .filter((control) => control.checkVisibility())
          .map((control) => ({
            testId: control.getAttribute('data-testid'),
            box: control.getBoundingClientRect(),
          }))
          .filter(
            ({ box }) => box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight,
          )
          .map(({ testId }) => testId),
      );
      expect(outside).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
    }
    expect(await viewer.$(named('ask-to-join'))).not.toBeNull();
    expect(await host.$(named('end-show'))).not.toBeNull();
  });
});
