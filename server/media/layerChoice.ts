import type { FeedViewport } from '../../protocol/clientMessages.ts';
import type { RtpParametersMessage } from '../../protocol/mediaParameters.ts';

/** The layers a video feed is sent in. */
export interface FeedLayers {
  kind: 'single' | 'simulcast' | 'svc';
  /** Expected height of each spatial layer in pixels, lowest first. */
  heightsPx: number[];
  temporalLayers: number;
}

export interface LayerChoice {
  /** Off the screen: nothing is sent. */
  visible: boolean;
  spatialLayer: number;
  temporalLayer: number;
}

/** A tile this much larger than a layer still looks right with it. */
const enlargement = 1.25;
const modePattern = /^[LS](\d)T(\d)/;

/** Reads a feed's layers from what its publisher sends; `heightPx` is what the source is expected to have. */
export function feedLayers(encodings: RtpParametersMessage['encodings'], heightPx: number): FeedLayers {
  const list = encodings ?? [];
  const mode = modePattern.exec(list[0]?.scalabilityMode ?? '');
  const temporalLayers = Number(mode?.[2] ?? 1);
  if (list.length > 1) {
    const heightsPx = list.map(
      (encoding, index) => heightPx / (encoding.scaleResolutionDownBy ?? 2 ** (list.length - 1 - index)),
    );
    return { kind: 'simulcast', heightsPx, temporalLayers };
  }
  const spatialLayers = Number(mode?.[1] ?? 1);
  const heightsPx = Array.from(
    { length: spatialLayers },
    (_, index) => heightPx / 2 ** (spatialLayers - 1 - index),
  );
  return { kind: spatialLayers > 1 || temporalLayers > 1 ? 'svc' : 'single', heightsPx, temporalLayers };
}

/** What to send to somebody who shows the feed like this. With no viewport told yet, everything. */
export function chooseLayers(layers: FeedLayers, viewport: FeedViewport | undefined): LayerChoice {
  const top = layers.heightsPx.length - 1;
  const choice = { visible: true, spatialLayer: top, temporalLayer: layers.temporalLayers - 1 };
  if (!viewport) return choice;
  if (!viewport.visible) return { ...choice, visible: false };
  // A tile of a 16:9 picture, whichever side it fills; for other shapes this errs to the sharper side.
  const neededPx = Math.max(viewport.height, (viewport.width * 9) / 16);
  const fitting = layers.heightsPx.findIndex((heightPx) => heightPx * enlargement >= neededPx);
  const bySize = fitting === -1 || neededPx === 0 ? top : fitting;
  switch (viewport.quality) {
    case 'auto':
      choice.spatialLayer = bySize;
      break;
    case 'high':
      break;
    case 'medium':
      choice.spatialLayer = Math.min(bySize, Math.ceil(top / 2));
      break;
    case 'low':
      choice.spatialLayer = 0;
      break;
    default:
      return viewport.quality satisfies never;
  }
  return choice;
}
