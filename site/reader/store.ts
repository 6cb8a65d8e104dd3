/** What this device keeps between two visits. */
export interface Store {
  /** False: the browser refuses, so all of it is forgotten when the page is closed. */
  readonly lasts: boolean;
  readonly get: (name: string) => Promise<unknown>;
  /** False: it could not be kept. */
  readonly put: (name: string, value: unknown) => Promise<boolean>;
  /** Changes what is kept there now, whichever tab wrote it; resolves to what it became, and null: it could not be kept. */
  readonly change: <Value>(name: string, change: (kept: unknown) => Value) => Promise<Value | null>;
  readonly remove: (name: string) => Promise<void>;
}

const table = 'kept';

/** Opens the browser's own store, which can hold a key that no script can read out; in memory where it is refused. */
export async function openStore(): Promise<Store> {
  try {
    const database = await openDatabase();
    // Else it may be cleared as other sites’ are. Not waited for: a browser may ask its owner, who is in no hurry.
    void navigator.storage?.persist?.().catch(() => false);
    return databaseStore(database);
  } catch {
    return memoryStore(); // The page says so, by `lasts`.
  }
}

function openDatabase(): Promise<IDBDatabase> {
  const opening = indexedDB.open('omega-reader', 1);
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(table));
  return settled(opening);
}

function databaseStore(database: IDBDatabase): Store {
  const at = (mode: IDBTransactionMode): IDBObjectStore => database.transaction(table, mode).objectStore(table);
  return {
    lasts: true,
    get: (name) => settled<unknown>(at('readonly').get(name)),
    put: async (name, value) => {
      try {
        await settled(at('readwrite').put(value, name));
        return true;
      } catch {
        return false; // Full, or a browser that stores no keys.
      }
    },
    change: async (name, change) => {
      try {
        const keeping = at('readwrite');
        const changed = change(await settled<unknown>(keeping.get(name)));
        await settled(keeping.put(changed, name));
        return changed;
      } catch {
        return null; // As above.
      }
    },
    remove: (name) => settled(at('readwrite').delete(name)),
  };
}

function settled<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('The browser did not say why.')));
  });
}

function memoryStore(): Store {
  const kept = new Map<string, unknown>();
  return {
    lasts: false,
    get: async (name) => kept.get(name),
    put: async (name, value) => {
      kept.set(name, value);
      return false;
    },
    change: async () => null,
    remove: async (name) => void kept.delete(name),
  };
}
