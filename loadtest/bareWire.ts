import type {
  Fingerprints,
  RtpCapabilitiesMessage,
  RtpParametersMessage,
  TransportInfo,
} from '../protocol/mediaParameters.ts';
import type { MediaKind } from '../protocol/identity.ts';

/** What a viewer of the bare server needs to receive one producer. */
export interface BareConsumer {
  id: string;
  producerId: string;
  kind: MediaKind;
  rtpParameters: RtpParametersMessage;
}

/** Everything the bare server can be asked: one HTTP POST with a JSON body each. */
export interface BareMessages {
  /** Makes a receiving transport, connected, with a flowing consumer for every producer of the room. */
  join: {
    ask: { room: string; rtpCapabilities: RtpCapabilitiesMessage; fingerprints: Fingerprints };
    answer: { recv: TransportInfo; consumers: BareConsumer[] };
  };
  publish: { ask: { room: string; fingerprints: Fingerprints }; answer: { send: TransportInfo } };
  produce: {
    ask: { transportId: string; kind: MediaKind; rtpParameters: RtpParametersMessage };
    answer: { id: string };
  };
  leave: { ask: { transportId: string }; answer: Record<string, never> };
}

export type BareMessageName = keyof BareMessages;
