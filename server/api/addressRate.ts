import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** So many at once, refilled at `perSecond`. */
export interface RateSetting {
  burst: number;
  perSecond: number;
}

/** Counts what each address does, or each block of addresses that one client has. */
export interface AddressRate {
  /** Counts one; the milliseconds to wait where it was one too many, else 0. */
  take(address: string): Promise<number>;
  /** The milliseconds to wait before the next would be welcome, without counting. */
  wait(address: string): Promise<number>;
}

/** `blockOf` names the client that an address belongs to. */
export function createAddressRate(
  { burst, perSecond }: RateSetting,
  blockOf: (address: string) => string,
): AddressRate {
  const limiter = new RateLimiterMemory({ points: burst, duration: burst / perSecond });
  return {
    async take(address) {
      try {
        await limiter.consume(blockOf(address));
        return 0;
      } catch (reason) {
        if (reason instanceof RateLimiterRes) return Math.max(1, reason.msBeforeNext);
        throw reason;
      }
    },
    async wait(address) {
      const used = await limiter.get(blockOf(address));
      return used !== null && used.consumedPoints >= burst ? Math.max(1, used.msBeforeNext) : 0;
    },
  };
}
