import type { Page } from 'puppeteer';

interface Voice {
  track: MediaStreamTrack;
  speak(on: boolean): void;
}
declare global {
  interface Window {
    voice?: Voice;
  }
}

/**
 * Gives a page `window.voice`, which sounds like somebody who talks: a buzz through a throat, four syllables a second.
 * The browser's fake microphone is no speech: a beep of a fiftieth of a second that no detector takes for a word, the
 * same in every page of the browser. This one is silent until it is told to speak.
 */
export async function makeVoice(page: Page): Promise<void> {
  await page.evaluate(() => {
    const context = new AudioContext();
    const larynx = new OscillatorNode(context, { type: 'sawtooth', frequency: 130 });
    const throat = new BiquadFilterNode(context, { type: 'bandpass', frequency: 700, Q: 1 });
    const syllables = new GainNode(context, { gain: 0.5 });
    const rhythm = new OscillatorNode(context, { frequency: 4 });
    const mouth = new GainNode(context, { gain: 0 });
    const sound = new MediaStreamAudioDestinationNode(context);
    rhythm.connect(new GainNode(context, { gain: 0.45 })).connect(syllables.gain);
    larynx.connect(throat).connect(syllables).connect(mouth).connect(sound);
    larynx.start();
    rhythm.start();
    const [track] = sound.stream.getAudioTracks();
    if (track === undefined) throw new Error('no voice');
    window.voice = {
      track,
      speak: (on) => {
        mouth.gain.value = on ? 1 : 0;
      },
    };
  });
}

/** Publishes a voice in place of the page's microphone. */
export async function giveVoice(page: Page): Promise<void> {
  await makeVoice(page);
  await page.evaluate(async () => {
    if (window.voice) await window.tributary?.room?.publishMicrophone({ track: window.voice.track });
  });
}

export async function speak(page: Page, on: boolean): Promise<void> {
  await page.evaluate((wanted) => window.voice?.speak(wanted), on);
}

/** Waits until the page sends the sound of its voice, whatever its room says about its microphone. */
export async function waitForSending(page: Page): Promise<void> {
  await page.waitForFunction(
    async () => {
      const stats = await window.tributary?.room?.stats();
      const sent = stats?.feeds.find(
        ({ source, direction }) => source === 'microphone' && direction === 'send',
      );
      // With nothing to hear, Opus sends a packet every 0.4 s: some hundred bits a second.
      return (sent?.bitrateBps ?? 0) > 8000;
    },
    { polling: 500 },
  );
}
