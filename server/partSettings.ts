import { isIP } from 'node:net';
import { findWorkerBin } from '../tools/worker/workerPath.mjs';
import { defaultMediaSettings } from './media/mediaSettings.ts';
import type { MediaSettings } from './media/mediaSettings.ts';
import type { Settings } from './settings/settingsTable.ts';
import type { SignallingSettings } from './signalling/signallingSettings.ts';

/** The part of the settings that the media side reads; what no operator needs to touch keeps its default. */
export function mediaSettings(settings: Settings): MediaSettings {
  return {
    ...defaultMediaSettings,
    workerBin: settings.workerBin ?? findWorkerBin(),
    workerLogLevel: settings.mediaLogLevel,
    workers: settings.workers,
    listenIp: settings.rtcListenIp,
    announcedAddress: settings.announcedAddress,
    rtcPortBase: settings.rtcPort,
    pipePortMin: settings.pipePortMin,
    pipePortMax: settings.pipePortMax,
    nodePipeIp: settings.nodePipeIp ?? settings.rtcListenIp,
    nodePipeAnnouncedIp: settings.nodePipeAnnouncedIp ?? nodePipeAnnouncedIp(settings),
    nodePipePortMin: settings.nodePipePortMin,
    nodePipePortMax: settings.nodePipePortMax,
    initialOutgoingBps: settings.initialOutgoingBitrateBps,
    maxIncomingBps: settings.maxIncomingBitrateBps,
    viewersPerShard: settings.viewersPerShard,
    shardCpuCeiling: settings.shardCpuCeiling,
    layersOffAfterMs: settings.layersOffAfterMs,
  };
}

/** The part of the settings that signalling reads. */
export function signallingSettings(settings: Settings): SignallingSettings {
  return {
    allowedOrigins: settings.allowedOrigins,
    maxConnections: settings.maxConnections,
    connectionsPerAddress: settings.rateConnections,
    joinDeadlineMs: settings.joinDeadlineMs,
    viewerGraceMs: settings.viewerGraceMs,
    rates: {
      control: settings.rateControl,
      join: settings.rateJoin,
      publish: settings.ratePublish,
      intent: settings.rateIntent,
      stage: settings.rateStage,
      chat: settings.rateChat,
      reaction: settings.rateReaction,
      data: settings.rateData,
      dataToAll: settings.rateDataToAll,
    },
    strikes: settings.rateStrikes,
    maxUnsentBytes: settings.maxUnsentBytes,
  };
}

/** Browsers may be told a host name; the other end of a pipe needs an IP address, and the one media comes from. */
function nodePipeAnnouncedIp({ nodePipeIp, announcedAddress }: Settings): string | undefined {
  const usable = nodePipeIp === undefined && announcedAddress !== undefined && isIP(announcedAddress) !== 0;
  return usable ? announcedAddress : undefined;
}
