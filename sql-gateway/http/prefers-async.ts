/** Returns whether a request asks to be answered before its statement has ended.
 *  @see RFC 7240, sections 2 and 4.1: names are compared without case, parameters and unknown preferences are passed over */
export function prefersAsync(prefer: string | readonly string[] | undefined): boolean {
  const preferences = [prefer ?? []].flat().join(',').split(',');
  return preferences.some((preference) => preference.split(/[;=]/, 1)[0]?.trim().toLowerCase() === 'respond-async');
}
