/** How to allow a camera or microphone after all, in the words of the browser at hand. */
export function permissionSteps(userAgent: string): string {
  if (/iPhone|iPad/.test(userAgent)) {
    return 'Tap the page symbol beside the address, open “Website Settings”, allow it, then try again.';
  }
  if (userAgent.includes('Android')) {
    return 'Tap the symbol at the left of the address, open “Permissions”, allow it, then try again.';
  }
  if (userAgent.includes('Firefox/')) {
    return 'Click the crossed-out symbol at the left of the address, take the block away, then try again.';
  }
  if (userAgent.includes('Safari/') && !userAgent.includes('Chrom')) {
    return 'Open “Settings for This Website” in the Safari menu, allow it, then try again.';
  }
  return 'Click the symbol at the left of the address, allow it, then try again.';
}
