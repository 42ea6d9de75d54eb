import { describe, expect, it } from 'vitest';
import { nearestName } from '../../../../spi/error/nearest-name.ts';

describe('nearestName', () => {
  const names = ['flights', 'airports', 'carriers', 'id'];

  it('finds a name with a letter left out, doubled or swapped with its neighbour', () => {
    expect(nearestName('flihts', names)).toBe('flights');
    expect(nearestName('airportts', names)).toBe('airports');
    expect(nearestName('flgihts', names)).toBe('flights');
  });

  it('ignores case', () => {
    expect(nearestName('FLIGHT', names)).toBe('flights');
  });

  it('prefers the nearer of two near names', () => {
    expect(nearestName('orders2', ['orders1x', 'orders'])).toBe('orders');
  });

  it('keeps silent when nothing is near', () => {
    expect(nearestName('customers', names)).toBeNull();
    expect(nearestName('xy', ['id'])).toBeNull();
  });
});
