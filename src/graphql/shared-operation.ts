/**
 * An operation whose result may be given to others than the caller, as far as it turns out not to depend on who that is:
 * it watches what is asked of the caller.
 */
import DataLoader from 'dataloader';
import { type Caller, toViewer, type Viewer } from '../domain/caller.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import { createOperation, type Operation, type Services } from './operation.ts';

/** For whom else a result holds: for everybody, for callers with the same party and scopes, or for nobody. */
export type Validity = 'everybody' | 'viewer' | 'caller';

/** An operation that is watched. */
export interface SharedOperation {
  readonly operation: Operation;
  /** As far as it has been executed. */
  readonly validity: Validity;
}

/**
 * The viewer has to see the transfer: who sees one does so for good, so all who get a result that holds for everybody see
 * it too, and to load it is no look at the viewer.
 */
export function createSharedOperation(
  services: Services,
  caller: Caller,
  seenTransferId: string,
): SharedOperation {
  const plain = createOperation(services, caller);
  let validity: Validity = 'everybody';
  let loaders: Loaders | undefined;

  const watchedCaller = watch(caller, (name) => {
    if (name !== 'party' && name !== 'scopes') validity = 'caller';
    else if (validity === 'everybody') validity = 'viewer';
  });
  const watchedViewer: Viewer = watch(toViewer(caller), () => {
    if (validity === 'everybody') validity = 'viewer';
  });

  const operation: Operation = {
    services,
    caller: watchedCaller,
    viewer: watchedViewer,
    read: plain.read,
    readAside: plain.readAside,
    readsAside: plain.readsAside,
    get loaders() {
      loaders ??= withSeenTransfer(createLoaders(operation));
      return loaders;
    },
    get excess() {
      return plain.excess;
    },
    spend: plain.spend,
    spendLongQuery: plain.spendLongQuery,
    async refresh() {
      loaders = undefined;
      await plain.refresh();
    },
    release: plain.release,
  };

  function withSeenTransfer(watched: Loaders): Loaders {
    const transfer = new DataLoader((ids: readonly string[]) =>
      Promise.all(
        ids.map((id) => (id === seenTransferId ? plain.loaders : watched).transfer.load(id)),
      ),
    );
    return { ...watched, transfer };
  }

  return {
    operation,
    get validity() {
      return validity;
    },
  };
}

/** The same properties; each that is read is told of. */
function watch<T extends object>(target: T, onRead: (name: string) => void): T {
  const watched = {};
  for (const name of Object.keys(target)) {
    Object.defineProperty(watched, name, {
      enumerable: true,
      get() {
        onRead(name);
        return Reflect.get(target, name);
      },
    });
  }
  return watched as T;
}
