import { describe, expect, it } from 'vitest';
import { PlatformError, type BoundQuery, type Engine } from '../../../../spi/index.ts';
import { EngineFleet, formatState } from '../../../../sql-gateway/engine/index.ts';
import { createMemoryEngine } from '../../../support/memory-engine.ts';
import { createSilentLog } from '../../../support/silent-log.ts';

const QUERY = { plan: { output: [], root: { kind: 'values', columns: [], rows: [] } } } as unknown as BoundQuery;

interface ClosingEngine extends Engine {
  readonly ended: readonly string[];
}

function engine(): ClosingEngine {
  const ended: string[] = [];
  const end = (what: string) => (): Promise<void> => Promise.resolve(void ended.push(what));
  return { ...createMemoryEngine(), ended, drain: end('drain'), close: end('close') };
}

function fleetOf(...names: readonly string[]): EngineFleet {
  const fleet = new EngineFleet(createSilentLog());
  for (const name of names) fleet.seat({ name, version: '1.0.0', origin: 'configuration' }).serve(engine());
  return fleet;
}

const names = (fleet: EngineFleet): readonly string[] => fleet.engines.map(({ name }) => name);
const states = async (fleet: EngineFleet): Promise<readonly string[]> =>
  (await fleet.status()).map((status) => `${status.name} ${status.version} ${formatState(status)}`);

describe('engines that come and go', () => {
  it('take statements from the moment they serve, and are told of before', async () => {
    const fleet = fleetOf('olap');
    const seat = fleet.seat({ name: 'hello', version: '2.0.0', origin: 'installed' });
    expect(names(fleet)).toEqual(['olap']);
    expect(await states(fleet)).toEqual(['olap 1.0.0 serving', 'hello 2.0.0 starting']);
    expect(() => fleet.get('hello')).toThrow(expect.objectContaining({ code: 'ENGINE_UNAVAILABLE' }) as Error);
    seat.serve(engine());
    expect(names(fleet)).toEqual(['olap', 'hello']);
  });

  it('stay for what they were given when they are drained, and end after it', async () => {
    const fleet = fleetOf('olap');
    const leaving = engine();
    fleet.seat({ name: 'hello', version: '1.0.0', origin: 'installed' }).serve(leaving);
    const running = await fleet.get('hello').engine.prepare(QUERY);
    const retired = fleet.retire('hello');
    expect(names(fleet)).toEqual(['olap']);
    expect(await states(fleet)).toContain('hello 1.0.0 draining');
    await expect(Promise.race([retired.then(() => 'closed'), new Promise((resolve) => setTimeout(resolve, 400, 'waits'))])).resolves.toBe(
      'waits',
    );
    expect(leaving.ended).toEqual([]);
    await running.close();
    await retired;
    expect(leaving.ended).toEqual(['drain', 'close']);
    expect(await states(fleet)).toEqual(['olap 1.0.0 serving']);
  });

  it('count a prepared query once, however often it is closed, and a write until it ends', async () => {
    const fleet = fleetOf('olap');
    const { engine: tracked } = fleet.get('olap');
    const [first, second] = [await tracked.prepare(QUERY), await tracked.prepare(QUERY)];
    await first.close();
    await first.close();
    expect((await fleet.status()).map(({ running }) => running)).toEqual([1]);
    await second.close();
    expect((await fleet.status()).map(({ running }) => running)).toEqual([0]);
  });

  it('do not count a query that could not be prepared', async () => {
    const fleet = new EngineFleet(createSilentLog());
    const prepareError = new PlatformError('ENGINE_FAILED', 'broken');
    fleet.seat({ name: 'broken', version: '1.0.0', origin: 'installed' }).serve(createMemoryEngine({ prepareError }));
    await expect(fleet.get('broken').engine.prepare(QUERY)).rejects.toThrow('broken');
    expect((await fleet.status()).map(({ running }) => running)).toEqual([0]);
  });

  it('are told of with the reason when they failed, and leave their place to another try', async () => {
    const fleet = fleetOf('olap');
    fleet.seat({ name: 'hello', version: '1.0.0', origin: 'installed' }).fail(new PlatformError('ENGINE_FAILED', 'no memory'));
    expect((await fleet.status())[1]).toMatchObject({ state: 'failed', reason: 'no memory', health: { ready: false } });
    expect(() => fleet.get('hello')).toThrow(/failed: no memory/);
    expect(() => {
      fleet.check('hello');
    }).not.toThrow();
    fleet.seat({ name: 'hello', version: '1.0.1', origin: 'installed' }).serve(engine());
    expect(await states(fleet)).toEqual(['olap 1.0.0 serving', 'hello 1.0.1 serving']);
  });

  it('do not take a place that is taken', () => {
    const fleet = fleetOf('hello');
    const seat = (share: number | null) => () => fleet.seat({ name: 'hello', version: '2.0.0', origin: 'installed', share });
    expect(seat(null)).toThrow(expect.objectContaining({ code: 'ENGINE_EXISTS' }) as Error);
    seat(0.5)().serve(engine());
    expect(seat(0.5)).toThrow(expect.objectContaining({ code: 'ENGINE_EXISTS' }) as Error);
    expect(() => fleet.seat({ name: 'olap', version: '2.0.0', origin: 'installed', share: 0.5 })).toThrow(
      expect.objectContaining({ code: 'ENGINE_UNKNOWN' }) as Error,
    );
  });
});

describe('a canary', () => {
  const withCanary = (share: number): EngineFleet => {
    const fleet = fleetOf('hello', 'olap');
    fleet.seat({ name: 'hello', version: '2.0.0', origin: 'installed', share }).serve(engine());
    return fleet;
  };
  const versionFor = (fleet: EngineFleet, id: string): string => fleet.get('hello', id).version;

  it('stands in the place of its engine for its share of the statements, and for no others', () => {
    const fleet = withCanary(0.5);
    const ids = Array.from({ length: 200 }, (_, index) => `statement-${String(index)}`);
    const chosen = ids.filter((id) => versionFor(fleet, id) === '2.0.0');
    expect(chosen.length).toBeGreaterThan(60);
    expect(chosen.length).toBeLessThan(140);
    for (const id of ids) {
      const [hello, olap] = fleet.enginesFor(id);
      expect([hello?.version, olap?.version]).toEqual([versionFor(fleet, id), '1.0.0']);
      expect(hello?.stable?.version).toBe(chosen.includes(id) ? '1.0.0' : undefined);
    }
  });

  it('gets no statement that has no id', () => {
    const fleet = withCanary(1);
    expect(fleet.engines.map(({ version }) => version)).toEqual(['1.0.0', '1.0.0']);
    expect(fleet.get('hello').version).toBe('1.0.0');
    expect(versionFor(fleet, 'any')).toBe('2.0.0');
  });

  it('gets another share at the next statement', async () => {
    const fleet = withCanary(1);
    fleet.setShare('hello', 0);
    expect(versionFor(fleet, 'any')).toBe('1.0.0');
    expect(await states(fleet)).toContain('hello 2.0.0 canary 0%');
  });

  it('takes the place of its engine when it is promoted, and the old one ends', async () => {
    const fleet = withCanary(0.05);
    expect(await states(fleet)).toContain('hello 2.0.0 canary 5%');
    const { retired } = fleet.promote('hello');
    expect(fleet.get('hello').version).toBe('2.0.0');
    expect(names(fleet)).toEqual(['hello', 'olap']);
    await retired;
    expect(await states(fleet)).toEqual(['hello 2.0.0 serving', 'olap 1.0.0 serving']);
  });

  it('leaves its engine alone when it is removed', async () => {
    const fleet = withCanary(1);
    await fleet.retire('hello', 'canary');
    expect(versionFor(fleet, 'any')).toBe('1.0.0');
    expect(() => {
      fleet.setShare('hello', 0.5);
    }).toThrow(expect.objectContaining({ code: 'ENGINE_UNKNOWN' }) as Error);
  });
});
