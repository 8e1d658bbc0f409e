/**
 * Addresses as text: what they are, and which network they are in.
 */

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** Whether a text is an IPv4 address. @param {string} text */
export const isIPv4 = (text) => (IPV4.exec(text)?.slice(1) ?? ['256']).every((part) => Number(part) < 256);

/** Whether a text is an IPv6 address. @param {string} text */
export function isIPv6(text) {
  if (!/^[0-9a-f:.]{2,45}$/i.test(text) || !text.includes(':')) return false;
  try {
    return new URL(`http://[${text}]/`).hostname.length > 2;
  } catch {
    return false;
  }
}

/** Whether a text is a network in CIDR form. @param {string} text */
export function isNetwork(text) {
  const [, address, length] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? ['', '', ''];
  return (isIPv4(address) && Number(length) <= 32) || (isIPv6(address) && Number(length) <= 128);
}

/**
 * The network around an address: /24 of IPv4, /64 of IPv6.
 * @param {string} address
 * @returns {string|null}
 */
export function networkOf(address) {
  if (isIPv4(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  return isIPv6(address) ? prefix(address, 4) : null;
}

/** The larger network around one: /16 of IPv4, /48 of IPv6; null where it is that large itself. @param {string} network @returns {string|null} */
export function surroundingOf(network) {
  if (!isNetwork(network)) return null;
  const [address, length] = network.split('/');
  if (isIPv4(address)) return Number(length) > 16 ? `${address.split('.').slice(0, 2).join('.')}.0.0/16` : null;
  return Number(length) > 48 ? prefix(address, 3) : null;
}

/** The network of the first so many groups of an IPv6 address. */
function prefix(address, number) {
  const short = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head, tail = ''] = short.split('::');
  const groups = head ? head.split(':') : [];
  const rest = tail ? tail.split(':') : [];
  const all = short.includes('::') ? [...groups, ...Array(8 - groups.length - rest.length).fill('0'), ...rest] : groups;
  const front = all.slice(0, number).join(':').replace(/(:0)+$/, '');
  return `${front === '0' ? '' : front}::/${number * 16}`;
}
