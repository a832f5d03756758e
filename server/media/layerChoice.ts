import type { FeedViewport, PictureSize } from '../../protocol/clientMessages.ts';
import type { RtpParametersMessage } from '../../protocol/mediaParameters.ts';
import type { FeedLayers } from '../../protocol/pipes.ts';

export interface LayerChoice {
  /** Off the screen: nothing is sent. */
  visible: boolean;
  spatialLayer: number;
  temporalLayer: number;
}

/** A tile this much larger than a layer still looks right with it. */
const enlargement = 1.25;
const modePattern = /^[LS](\d)T(\d)/;

/** Reads a feed's layers from what its publisher sends of the picture he captures. */
export function feedLayers(encodings: RtpParametersMessage['encodings'], picture: PictureSize): FeedLayers {
  const list = encodings ?? [];
  const mode = modePattern.exec(list[0]?.scalabilityMode ?? '');
  const temporalLayers = Number(mode?.[2] ?? 1);
  if (list.length > 1) {
    const scales = list.map(
      (encoding, index) => 1 / (encoding.scaleResolutionDownBy ?? 2 ** (list.length - 1 - index)),
    );
    return { kind: 'simulcast', picture, scales, temporalLayers };
  }
  const spatialLayers = Number(mode?.[1] ?? 1);
  const scales = Array.from({ length: spatialLayers }, (_, index) => 1 / 2 ** (spatialLayers - 1 - index));
  return {
    kind: spatialLayers > 1 || temporalLayers > 1 ? 'svc' : 'single',
    picture,
    scales,
    temporalLayers,
  };
}

/** What to send to somebody who shows the feed like this. With no viewport told yet, everything. */
export function chooseLayers(layers: FeedLayers, viewport: FeedViewport | undefined): LayerChoice {
  const top = layers.scales.length - 1;
  const choice = { visible: true, spatialLayer: top, temporalLayer: layers.temporalLayers - 1 };
  if (!viewport) return choice;
  if (!viewport.visible) return { ...choice, visible: false };
  // The picture fills its tile, as a cover does. Where it stands within it, this errs to the sharper side.
  const { picture } = layers;
  const needed = Math.max(viewport.width / picture.width, viewport.height / picture.height);
  const fitting = layers.scales.findIndex((scale) => scale * enlargement >= needed);
  const bySize = fitting === -1 || needed === 0 ? top : fitting;
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
